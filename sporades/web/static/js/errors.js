/* The heading of the summary of errors takes the focus when the page opens, so that it is read
   out, and its links put the cursor in the field. A code that was refused serves no more: it is
   selected, as Tab would have it, so that the next one takes its place. Markup: [data-error-summary]
   with a heading that has tabindex="-1", and links to the fields' ids. */
const COUNTED = /^\d+ erreurs?\s: /;

export function errorSummary() {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.querySelector("[tabindex]").focus();
  for (const link of summary.querySelectorAll("a[href^='#']")) link.addEventListener("click", follow);
}

function follow(event) {
  const field = document.getElementById(event.currentTarget.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  (field.closest("fieldset, .s-field") || field).scrollIntoView({ block: "start" });
  field.focus({ preventScroll: true });
  if (field.autocomplete === "one-time-code") field.select();
}

/* What was refused before is not what is chosen now: nothing says any more that this field is wrong. */
export function forgetErrors(input) {
  const field = input.closest(".s-field") ?? input;
  input.form.querySelector("[data-error-summary]")?.remove();
  document.title = document.title.replace(COUNTED, "");
  field.querySelectorAll(".s-errors").forEach((one) => one.remove());
  field.classList.remove("s-field--error");
  input.removeAttribute("aria-invalid");
  const described = (input.getAttribute("aria-describedby") || "").split(" ");
  input.setAttribute("aria-describedby", described.filter((id) => !id.endsWith("_error")).join(" "));
}

/* « Choisissez un fichier » leaves as there is one, where nothing else is wrong. */
export function isAnswered(input) {
  const wrong = [...input.form.querySelectorAll(".s-field--error")];
  return input.files.length > 0 && wrong.length === 1 && wrong[0].contains(input);
}
