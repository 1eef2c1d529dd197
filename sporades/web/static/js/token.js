/* The token that a POST must carry: the cookie is not readable by scripts, the forms of the page
   are. Signing in again, in another tab, changes it. */
const FIELD = "input[name='csrfmiddlewaretoken']";

export function token() {
  return document.querySelector(FIELD)?.value || "";
}

export function renew(value) {
  if (value) document.querySelectorAll(FIELD).forEach((field) => (field.value = value));
}
