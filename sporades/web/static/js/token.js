/* The token that a POST must carry: the cookie is not readable by scripts, the forms of the page
   are. Signing in again, in another tab, changes it: that tab says the new one, and for whom. A
   page made for somebody else does not take it, or its form would go into another's account. */
const FIELD = "input[name='csrfmiddlewaretoken']";

export function token() {
  return document.querySelector(FIELD)?.value || "";
}

export function mine() {
  return { token: token(), reader: reader() };
}

export function isMine(said) {
  return said.reader === reader();
}

export function renew(value) {
  if (value) document.querySelectorAll(FIELD).forEach((field) => (field.value = value));
}

function reader() {
  return document.querySelector("input[name='reader']")?.value || "";
}
