/* The heading of the summary of errors takes the focus when the page opens, so that it is read
   out, and its links put the cursor in the field. Markup: [data-error-summary] with a heading that
   has tabindex="-1", and links to the fields' ids. */
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
}
