/* Gives a page found again by the history what was typed in fields that browsers leave empty there.

   <input autocomplete="off" data-found-again> : a browser shall not fill it with what it knows of its
   reader, and so it does not give back what they typed either, among other fields that it does. The
   entry of the history keeps it as the page is left, and no field that holds something is filled.
   Without script, or where the entry is lost, it comes back empty, as before. */
export function found() {
  const fields = [...document.querySelectorAll("[data-found-again]")].filter(({ readOnly }) => !readOnly);
  if (!fields.length) return;
  const [visit] = performance.getEntriesByType("navigation");
  const typed = visit?.type === "back_forward" ? history.state?.typed : null;
  for (const field of fields) field.value ||= typed?.[field.id] ?? "";
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    const held = Object.fromEntries(fields.map(({ id, value }) => [id, value]));
    history.replaceState({ ...history.state, typed: held }, "");
  });
}
