/* Keeps what is typed, as it is typed.

   <form data-autosave="/url"> : two seconds after the last change, and when the page is left,
   the whole form is posted there (urlencoded, with its csrf token). Answers read:
     200 {"saved_at": "23 h 41 (heure de Paris)", "revision": 4} : kept; a field named
         "revision" in the form takes the new value, where there is one;
     400 {"message": "…"} : an answer cannot be kept as it is; the words show until it changes;
     409 {"message": "…"} : another tab wrote meanwhile, or it is filed; nothing more is sent;
     403, 401 or a redirection : the session has ended; what is typed stays on the page, and a link leads
         to signing in beside it;
     anything else, or no network : tried again after 2, 4, 8 … 60 seconds.
   A form that is sent while this is under way waits for it, ten seconds at most: its answers
   would else be taken for those of another tab.
   Come back to by the history of the browser, a page is filled again with what its fields held when
   it was left, beside what the server has kept since: it is loaded anew, so that nothing older is
   sent for newer, unless what was typed never reached the server.
   [data-autosave-notice] holds [data-autosave-said], where it is shown. What fails is read out at
   once; that all is kept, when hands rest: not between a field and the next. The notice bears data-state="saved|waiting|failed"; what is in [data-autosave-while] leaves with
   a 409. */
const QUIET = 2000;
const LONGEST = 60000;
const PATIENCE = 10000;

export function autosave() {
  document.querySelectorAll("form[data-autosave]").forEach(watch);
}

function wayToSignIn(where) {
  const line = document.createElement("p");
  const link = document.createElement("a");
  link.className = "fr-link";
  link.href = document.body.dataset.sessionSignIn || "/connexion";
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = "Me connecter dans un nouvel onglet";
  line.append(link);
  where.append(line);
  return line;
}

function watch(form) {
  const notice = document.querySelector("[data-autosave-notice]");
  const said = notice?.querySelector("[data-autosave-said]");
  let kept = given(form);
  let tried = kept;
  let timer = 0;
  let wait = QUIET;
  let sending = null;
  let isOver = false;
  let refused = "";

  const heard = document.createElement("p");
  heard.className = "fr-sr-only";
  heard.setAttribute("role", "status");
  document.body.append(heard);
  let saying = 0;
  const hear = (words, delay) => {
    clearTimeout(saying);
    saying = setTimeout(() => {
      saying = 0;
      heard.textContent = words;
    }, delay);
  };
  // Hands that move put off what is to be said, and never what fails.
  for (const moved of ["keydown", "pointerdown"]) {
    document.addEventListener(moved, () => saying && hear(said.textContent, QUIET), true);
  }

  const beside = notice && wayToSignIn(said.parentElement);
  if (beside) beside.hidden = true;

  const say = (state, words) => {
    if (!notice) return;
    beside.hidden = true;
    notice.dataset.state = state;
    if (said.textContent === words) return;
    said.textContent = words;
    if (state === "failed") {
      clearTimeout(saying);
      saying = 0;
      heard.textContent = words;
    } else if (state === "saved") hear(words, QUIET);
    else {
      clearTimeout(saying);
      saying = 0;
    }
  };
  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(begin, delay);
  };
  const begin = () => {
    sending ??= send().finally(() => {
      sending = null;
      if (!isOver && wait === QUIET && ![kept, refused].includes(snapshot(form))) later(QUIET);
    });
  };

  async function send() {
    const typed = snapshot(form);
    if (isOver || typed === kept || typed === refused) return;
    tried = typed;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new URLSearchParams(typed),
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
      await take(answer, typed);
    } catch {
      retry("Pas de réseau : votre saisie reste sur cette page, nous réessayons.");
    }
  }

  async function take(answer, typed) {
    if (answer.ok) {
      const { saved_at: at, revision } = await answer.json();
      kept = typed;
      wait = QUIET;
      mark({ unsent: undefined });
      const field = form.elements.namedItem("revision");
      if (field && revision !== undefined) {
        field.value = revision;
        const renewed = new URLSearchParams(kept);
        renewed.set("revision", revision);
        kept = renewed.toString();
      }
      say("saved", `Saisie gardée à ${at}.`);
      document.dispatchEvent(new CustomEvent("session:alive"));
    } else if (answer.status === 400 || answer.status === 409) {
      isOver = answer.status === 409;
      // What stands beside is said of what is being typed, and no more true of what is over.
      notice?.querySelector("[data-autosave-while]")?.toggleAttribute("hidden", isOver);
      refused = typed;
      const { message } = await answer.json();
      say("failed", message);
    } else if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) {
      retry("Votre session est terminée\u00a0: votre saisie reste sur cette page.");
      if (beside) beside.hidden = false;
    } else {
      retry("Votre saisie n'est pas encore gardée\u00a0: elle reste sur cette page, nous réessayons.");
    }
  }

  function retry(words) {
    say("failed", words);
    wait = Math.min(wait * 2, LONGEST);
    later(wait);
  }

  const changed = () => {
    const typed = snapshot(form);
    if (isOver || typed === kept) return;
    // What was tried already is said; the words would else move the button that is being pressed.
    if (typed === tried && notice?.dataset.state === "failed") return;
    say("waiting", "Nous gardons votre saisie…");
    later(QUIET);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  const hold = (event) => {
    clearTimeout(timer);
    if (!sending || !form.requestSubmit) {
      kept = snapshot(form);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
    Promise.race([sending, late]).then(() => {
      form.removeEventListener("submit", hold, true);
      clearTimeout(timer);
      kept = snapshot(form);
      form.requestSubmit(event.submitter);
      form.addEventListener("submit", hold, true);
    });
  };
  form.addEventListener("submit", hold, true);
  // Leaving: a telephone may never come back to this page.
  document.addEventListener("visibilitychange", () => {
    const typed = snapshot(form);
    if (document.visibilityState !== "hidden" || isOver || sending || typed === kept) return;
    mark({ unsent: revisionOf(form) });
    fetch(form.dataset.autosave, {
      method: "POST",
      body: new URLSearchParams(typed),
      headers: { Accept: "application/json" },
      keepalive: true,
      redirect: "manual",
    })
      .then((answer) => take(answer, typed))
      .catch(() => later(QUIET));
  });
  window.addEventListener("online", () => later(0));
  window.addEventListener("pageshow", ({ persisted }) => {
    const [visit] = performance.getEntriesByType("navigation");
    if (persisted || visit?.type !== "back_forward" || answers(form) === answers(pristine(form))) return;
    if (history.state?.unsent !== undefined && history.state.unsent === revisionOf(form)) {
      changed();
    } else {
      isOver = true;
      location.replace(location.href);
    }
  });
}

function mark(said) {
  history.replaceState({ ...history.state, ...said }, "");
}

function revisionOf(form) {
  return form.elements.namedItem("revision")?.value;
}

/* The form as the server made it: what a browser fills in by itself is nobody's answer. */
function pristine(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return copy;
}

function given(form) {
  return snapshot(pristine(form));
}

function answers(form) {
  const fields = new URLSearchParams(snapshot(form));
  fields.delete("csrfmiddlewaretoken");
  fields.delete("revision");
  return fields.toString();
}

function snapshot(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") fields.append(name, value);
  }
  return fields.toString();
}
