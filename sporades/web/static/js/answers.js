/* What a form says, to be compared with what it said before: without the token, which another page of
   the site renews (token.js), nor the revision, which is the server's. */
const OURS = ["csrfmiddlewaretoken", "revision"];

export function answers(form) {
  const said = [...new FormData(form)].filter(([name]) => !OURS.includes(name));
  return JSON.stringify(said.map(([name, value]) => [name, typeof value === "string" ? value : value.name]));
}
