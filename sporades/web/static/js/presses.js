/* A page found again by the history names the press of its button as before: what it sends again
   unchanged is not done twice. It comes anew from the server, with another name; its entry of the
   history keeps the first. Opened anew, it names another. Without this, « Retour » is another press.
   A file that is given again is given: another may have taken its place since. */
const FIELDS = "input[type='hidden'][name='envoi']";

export function presses() {
  const fields = [...document.querySelectorAll(FIELDS)].filter(
    (field) => !field.form?.querySelector("input[type='file']"),
  );
  if (!fields.length) return;
  const kept = history.state?.presses;
  if (kept?.length === fields.length) fields.forEach((field, place) => (field.value = kept[place]));
  else history.replaceState({ ...history.state, presses: fields.map((field) => field.value) }, "");
}
