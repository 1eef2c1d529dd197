/* The summary of errors takes the focus when the page opens, and its links put the cursor in
   the field. Markup: [data-error-summary] with tabindex="-1" and links to the fields' ids. */
export function errorSummary() {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest("fieldset, .s-field") || field).scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });
}
