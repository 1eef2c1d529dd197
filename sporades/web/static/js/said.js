/* What the page has to say first takes the focus, so that it is read out: a region that is full
   from the start is not. Markup: [data-said] with tabindex="-1" and autofocus, which does the same
   without script but where the address leads further down; with data-said="#part", only where it
   leads to that part. Errors, or a field, go before. */
export function said() {
  const first = document.querySelector("[data-said]");
  if (!first || document.querySelector("[data-error-summary]")) return;
  const isLedTo = first.dataset.said && document.activeElement === first;
  if (document.activeElement !== document.body && !isLedTo) return;
  if (first.dataset.said && first.dataset.said !== location.hash) return;
  // The address may have led there before there was anything to read.
  if (isLedTo) first.blur();
  first.focus({ preventScroll: location.hash !== "" });
}
