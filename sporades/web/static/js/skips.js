/* Where a link has led within the page does not stay in its address: it would be carried on by each
   sending, and a browser goes there rather than to what the answer has to say. */
export function skips() {
  for (const link of document.querySelectorAll(".fr-skiplinks a")) link.addEventListener("click", lead);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (location.hash && !form.hasAttribute("action")) {
      form.setAttribute("action", location.pathname + location.search);
    }
  });
}

function lead(event) {
  const part = document.querySelector(event.currentTarget.hash);
  if (!part) return;
  event.preventDefault();
  part.focus();
}
