/* One click, one sending: a form that has been sent is not sent again while the answer comes.
   Every POST form is guarded: it bears data-sent while it is on its way. The button that was pressed
   may say what happens, to those who look and to those who listen: data-busy="Enregistrement…".
   Coming back to the page by the browser's history frees the form; so does a while without an
   answer, which is said: the network hangs, or the reader has stopped it, and nothing tells a page so.
   Without network nothing is sent: the browser's own page would take the place of this one, and of what
   it holds. A browser that believes itself cut may be wrong: the server is asked first.
   A page that was refused, once sent again, is found by the browser's history at its address, as any other.
   Other scripts hear "form:freed". The server, not this file, makes two sendings one. */
const PATIENCE = 15000;
// Begun again, files would leave from their first byte.
const PATIENCE_WITH_FILES = 120000;
const CUT =
  "Pas de réseau\u00a0: rien n'est parti, et votre saisie reste sur cette page. Appuyez de nouveau dès qu'il revient.";
const ANSWERS = "/-/vivant";
const FREED = "Pas encore de réponse\u00a0: vous pouvez appuyer de nouveau.";

const status = document.createElement("p");

export function once() {
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
    if (!navigator.onLine && !form.hasAttribute("data-reached") && form.requestSubmit) {
      event.preventDefault();
      sendIfReached(form, event.submitter);
      return;
    }
    // What answers with a file leaves the page as it is: the server makes two presses one.
    if (form.hasAttribute("data-gives-file")) return;
    const patience = carriesFiles(form) ? PATIENCE_WITH_FILES : PATIENCE;
    form.dataset.sent = setTimeout(() => free(form, FREED), patience);
    busy(event.submitter);
    // A page that was refused answers a sending, which « Retour » would ask to send again: it asks for its address.
    history.replaceState(history.state, "");
  });
  window.addEventListener("online", () => document.querySelectorAll("[data-cut]").forEach((line) => line.remove()));
  window.addEventListener("pageshow", () => {
    status.textContent = "";
    document.querySelectorAll("form[data-sent]").forEach((form) => free(form));
  });
}

async function sendIfReached(form, button) {
  busy(button);
  try {
    await fetch(ANSWERS, { cache: "no-store" });
  } catch {
    return cut(form, button);
  }
  free(form);
  leave(form, button);
}

/* Sends a form of which the server has just answered something: nobody asks again whether it is there. */
export function leave(form, button) {
  form.dataset.reached = "";
  form.requestSubmit(button);
  delete form.dataset.reached;
}

/* Says beside the button that was pressed that nothing has left, and frees it. */
export function cut(form, button) {
  free(form, CUT);
  const line = form.querySelector("[data-cut]") || document.createElement("p");
  line.className = "fr-error-text";
  line.dataset.cut = "";
  line.textContent = CUT;
  (button?.closest(".s-buttons, p") || form.lastElementChild).after(line);
}

/* Has the button that was pressed say that its form is on its way. */
export function busy(button) {
  if (!button) return;
  button.setAttribute("aria-disabled", "true");
  if (!button.dataset.busy || button.dataset.words) return;
  button.dataset.words = button.textContent;
  button.textContent = button.dataset.busy;
  // The button that has the focus says its new words by itself.
  if (document.activeElement !== button) status.textContent = button.dataset.busy;
}

function free(form, words = "") {
  clearTimeout(form.dataset.sent);
  delete form.dataset.sent;
  for (const button of form.elements) {
    button.removeAttribute("aria-disabled");
    if (!button.dataset.words) continue;
    button.textContent = button.dataset.words;
    delete button.dataset.words;
  }
  status.textContent = words;
  form.dispatchEvent(new Event("form:freed"));
}

function carriesFiles(form) {
  return [...form.elements].some(({ type, disabled, files }) => type === "file" && !disabled && files.length);
}
