/* Asks before a page is left in which something was typed, ticked or chosen, and not sent.

   <form data-unsent> : its answers are kept by nothing but its button, and so are those of any POST form
   with a text to write that says no data-autosave; <form data-unsent="refused"> is shown again with answers
   that were not taken, as is any such form of a page that says its errors, or gives answers back. The browser asks in its own words. What is changed
   and put back as it was asks nothing, nor does a link with data-leaves, whose words say that all is left.
   A browser that asks nothing (some telephones) leaves as before. */
import { answers } from "./answers.js";

// A browser asks as it begins to leave: still here after that, nothing was sent or it hangs.
const MOMENT = 1000;

const GIVEN_BACK = "[data-error-summary], [data-refilled]";

/* The forms of the page that nothing keeps but their button. */
export function unkept() {
  const isOne = ({ dataset, method, elements }) =>
    "unsent" in dataset ||
    (method === "post" && !("autosave" in dataset) && [...elements].some(({ type }) => type === "textarea"));
  return [...document.forms].filter(isOne);
}

export function unsent() {
  const forms = unkept();
  if (!forms.length) return;
  const isGivenBack = document.querySelector(GIVEN_BACK) !== null;
  const shown = new Map(forms.map((form) => [form, answers(form)]));
  let isLeaving = false;
  const leave = () => {
    isLeaving = true;
    setTimeout(() => (isLeaving = false), MOMENT);
  };
  document.addEventListener("submit", (event) => event.defaultPrevented || leave());
  document.addEventListener("click", (event) => event.target.closest?.("[data-leaves]") && leave());
  window.addEventListener("beforeunload", (event) => {
    const isRefused = ({ dataset }) => dataset.unsent === "refused" || (isGivenBack && !("unsent" in dataset));
    const isUnsent = (form) => isRefused(form) || answers(form) !== shown.get(form);
    if (isLeaving || !forms.some(isUnsent)) return;
    event.preventDefault();
    // Chromium of before 119, which telephones keep, asks for this one alone.
    event.returnValue = true;
  });
}
