/* Asks before a page is left in which something was typed, ticked or chosen, and not sent.

   <form data-unsent> : its answers are kept by nothing but its button; <form data-unsent="refused">
   is shown again with answers that were not taken. The browser asks in its own words. What is changed
   and put back as it was asks nothing, nor does a link with data-leaves, whose words say that all is left.
   A browser that asks nothing (some telephones) leaves as before. */
import { answers } from "./answers.js";

// A browser asks as it begins to leave: still here after that, nothing was sent or it hangs.
const MOMENT = 1000;

export function unsent() {
  const forms = [...document.querySelectorAll("form[data-unsent]")];
  if (!forms.length) return;
  const shown = new Map(forms.map((form) => [form, answers(form)]));
  let isLeaving = false;
  const leave = () => {
    isLeaving = true;
    setTimeout(() => (isLeaving = false), MOMENT);
  };
  document.addEventListener("submit", (event) => event.defaultPrevented || leave());
  document.addEventListener("click", (event) => event.target.closest?.("[data-leaves]") && leave());
  window.addEventListener("beforeunload", (event) => {
    const isUnsent = (form) => form.dataset.unsent === "refused" || answers(form) !== shown.get(form);
    if (!isLeaving && forms.some(isUnsent)) event.preventDefault();
  });
}
