/* Asks before a page is left in which something was typed, ticked or chosen, and not sent.

   <form data-unsent> : its answers are kept by nothing but its button; <form data-unsent="refused">
   is shown again with answers that were not taken. The browser asks in its own words. What is changed
   and put back as it was asks nothing, nor does a link with data-leaves, whose words say that all is left.
   A browser that asks nothing (some telephones) leaves as before. */
export function unsent() {
  const forms = [...document.querySelectorAll("form[data-unsent]")];
  if (!forms.length) return;
  const shown = new Map(forms.map((form) => [form, answers(form)]));
  let isLeaving = false;
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) isLeaving = true;
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-leaves]")) isLeaving = true;
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });
  window.addEventListener("beforeunload", (event) => {
    const isUnsent = (form) => form.dataset.unsent === "refused" || answers(form) !== shown.get(form);
    if (!isLeaving && forms.some(isUnsent)) event.preventDefault();
  });
}

function answers(form) {
  const said = [...new FormData(form)].map(([name, value]) => [
    name,
    typeof value === "string" ? value : value.name,
  ]);
  return JSON.stringify(said);
}
