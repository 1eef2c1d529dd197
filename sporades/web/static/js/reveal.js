/* Shows a question only when the answer it depends on calls for it.

   A control with data-shown-when="name=value other" is shown, with its label, while the
   control called "name" has one of these values; with "name!=value other", while it has none of
   them, and with "name!=" while it is not empty; with "name=value|another=value", while one of both does; with "&", while both do. Without script it is always there, and the
   server knows by itself whether its answer counts: it refuses one that does not, so what is
   out of sight is emptied as the form is sent. Until then it comes back with its answer.
   An answer out of sight calls for nothing. What an answer makes appear is read out, by its name. */
export function reveal() {
  let status = null;
  document.querySelectorAll("form").forEach((form) => {
    const waiting = [...form.querySelectorAll("[data-shown-when]")];
    if (!waiting.length) return;
    const apply = () => {
      const before = waiting.filter(isSeen);
      // Each that comes or goes may take with it one that stands before it.
      waiting.some(() => !waiting.map((control) => show(form, control)).some(Boolean));
      return waiting.filter((control) => isSeen(control) && !before.includes(control));
    };
    apply();
    status ??= region();
    form.addEventListener("change", () => tell(status, apply()));
    // What is typed calls for its questions before one goes on to the next.
    form.addEventListener("input", ({ target }) => {
      if (waiting.some(({ dataset }) => dataset.shownWhen.includes(`${target.name}!=`))) tell(status, apply());
    });
    // On the document: before anything looks at what the form sends.
    document.addEventListener("submit", (event) => event.target === form && waiting.forEach(empty), true);
  });
}

function region() {
  const made = document.createElement("p");
  made.className = "fr-sr-only";
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}

function isSeen(control) {
  return !control.closest(".s-field")?.hidden;
}

/* Says which questions have appeared; nothing where none has: silence would be read out too. */
function tell(status, appeared) {
  const holders = new Set(appeared.map((control) => control.closest(".s-field")));
  const names = [...holders].map((one) => one?.querySelector("legend, label")?.firstChild.textContent.trim().replace(/\s+/g, " "));
  const said = names.join(", ");
  if (said) status.textContent = `À répondre aussi, plus bas\u00a0: ${said}${/[?!.]$/.test(said) ? "" : "."}`;
}

function empty(control) {
  if (!control.closest(".s-field")?.hidden) return;
  if (control.type === "checkbox") control.checked = false;
  else if (control.type !== "radio") control.value = "";
}

/* Shows a control or puts it out of sight; returns whether that has changed. */
function show(form, control) {
  const said = answered(form);
  const isCalledFor = control.dataset.shownWhen
    .split("|")
    .some((clause) => clause.split("&").every((one) => holds(one, said)));
  const holder = control.closest(".s-field");
  if (!holder) return false;
  // What is wrong stays in sight, whatever the answers.
  const isHidden = !isCalledFor && !holder.classList.contains("s-field--error");
  const hasChanged = holder.hidden !== isHidden;
  holder.hidden = isHidden;
  return hasChanged;
}

/* What is answered in sight: the rest calls for nothing. */
function answered(form) {
  const seen = new Set([...form.elements].filter(isSeen).map(({ name }) => name));
  return [...new FormData(form)].filter(([name]) => seen.has(name));
}

function holds(condition, answers) {
  const [name, values] = condition.split(/!?=/);
  const has = answers.some(([asked, value]) => asked === name && values.split(" ").includes(value));
  return has !== condition.includes("!=");
}
