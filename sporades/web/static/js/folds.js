/* Folds what a narrow screen has no room for before what its page is about.

   A fold with data-folded-narrow comes open, as it is on a wide screen and without script. */
export function folds() {
  if (matchMedia("(min-width: 48em)").matches) return;
  document.querySelectorAll("details[data-folded-narrow]").forEach((one) => (one.open = false));
}
