/* One click, one sending: a form that has been sent is not sent again while the answer comes.
   Every POST form is guarded. The button that was pressed may
   say what happens, to those who look and to those who listen: data-busy="Enregistrement…". Coming back to the page by the
   browser's history frees the form. The server, not this file, makes two sendings one. */
export function once() {
  const status = document.createElement("p");
  status.className = "fr-sr-only";
  status.setAttribute("role", "status");
  document.body.append(status);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    // What answers with a file leaves the page as it is: the server makes two presses one.
    if (form.hasAttribute("data-gives-file")) return;
    form.dataset.sent = "true";
    const button = event.submitter;
    if (!button) return;
    button.setAttribute("aria-disabled", "true");
    if (button.dataset.busy) {
      button.dataset.words = button.textContent;
      button.textContent = button.dataset.busy;
      // The button that has the focus says its new words by itself.
      if (document.activeElement !== button) status.textContent = button.dataset.busy;
    }
  });
  window.addEventListener("pageshow", () => {
    status.textContent = "";
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      for (const button of form.elements) {
        button.removeAttribute?.("aria-disabled");
        if (button.dataset?.words) button.textContent = button.dataset.words;
      }
    });
  });
}
