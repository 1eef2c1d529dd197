/* Shows the button of a passkey, which does nothing without script, and says when the device
   gives no key: it was refused, it took too long, or there is none.

   Markup: [data-passkey] hidden around the button; beside it an empty [data-passkey-said] and the
   <template data-passkey-refused> of what is said there. */
export function passkeys() {
  document.querySelectorAll("[data-passkey]").forEach((one) => (one.hidden = false));
  const said = document.querySelector("[data-passkey-said]");
  const refused = document.querySelector("[data-passkey-refused]");
  if (!said || !refused) return;
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    said.replaceChildren(refused.content.cloneNode(true));
  });
}
