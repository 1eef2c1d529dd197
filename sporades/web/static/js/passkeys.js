/* Shows the button of a passkey, which does nothing without script, and says when the device
   gives no key: it was refused, it took too long, or there is none. « Enter » in a field beside the
   button asks the device too: the form would else leave without a key, and be answered that the key
   has said nothing.

   Markup: [data-passkey] hidden around the button; beside it an empty [data-passkey-said] and the
   <template data-passkey-refused> of what is said there. */
export function passkeys() {
  document.querySelectorAll("[data-passkey]").forEach((one) => (one.hidden = false));
  document.querySelectorAll("[data-passkey] [type='button']").forEach((button) =>
    // What has a key leaves by form.submit(), of which nothing is heard here.
    button.form.addEventListener("submit", (event) => {
      event.preventDefault();
      button.click();
    }),
  );
  const said = document.querySelector("[data-passkey-said]");
  const refused = document.querySelector("[data-passkey-refused]");
  if (!said || !refused) return;
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    said.replaceChildren(refused.content.cloneNode(true));
  });
}
