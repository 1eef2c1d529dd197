/* Keeps what is typed, as it is typed.

   <form data-autosave="/url" data-revision="4"> : two seconds after the last change, and when the page
   is left, the whole form is posted there (urlencoded, with its csrf token), one post at a time. What
   it says stands (`standing`) as one of these:
     kept : it is as the server made it, or has kept it; nothing is to be done;
     typed : it differs; it is posted;
     refused : as it is, an answer cannot be kept; it waits for a change;
     sent : its button was pressed; nothing is posted beside it, until once.js frees it;
     over : another tab wrote meanwhile, or it is filed; nothing more is posted.
   Answers read, those with words in JSON:
     200 {"saved_at": "23 h 41 (heure de Paris)", "revision": 4} : kept; a field named
         "revision" in the form takes the new value, where there is one;
     400 {"message": "…"} : refused; the words show until it changes;
     409 {"message": "…"} : over;
     403, 401 or a redirection : the session has ended; what is typed stays on the page, and a link leads
         to signing in beside it;
     anything else, or no network : tried again after 2, 4, 8 … 60 seconds.
   A form that is sent while a post is under way waits for it, ten seconds at most: its answers
   would else be taken for those of another tab. One that is sent while the network seems cut is posted
   here first: where that fails it stays, with its answers.

   Come back to by the history of the browser, a page is filled again with what its fields held when
   it was left, beside what the server has kept since. Nothing older is sent for newer: it is loaded
   anew, unless what it held was never taken. As a page is left, its entry of the history notes (`unsent`)
   over which revision it holds what is not kept. It was not taken where the server is still at that
   revision; nor where it said so, by a 409 or by a page that holds <form data-untaken="4">, on which
   one chooses: it stays, typed over that same revision, so that one chooses again.

   [data-autosave-notice] holds [data-autosave-said], where it is shown. What fails is read out at
   once; that all is kept, when hands rest: not between a field and the next. The notice bears
   data-state="saved|waiting|failed"; what is in [data-autosave-while] leaves with a 409, but
   where another window has only answered meanwhile ("overtaken"): nothing is filed by it. */
import { answers } from "./answers.js";
import { busy, cut, leave } from "./once.js";
import { store, stored } from "./stored.js";

const QUIET = 2000;
const LONGEST = 60000;
const PATIENCE = 10000;
// Signs: a browser sends no more for a page that is gone.
const LONGEST_OF_GONE = 60000;
const UNTAKEN = "untaken:";

export function autosave() {
  document.querySelectorAll("form[data-autosave]").forEach(watch);
  document.querySelectorAll("form[data-untaken]").forEach((form) => {
    noteUntaken(form.dataset.untaken);
    // After once.js, which may keep it here.
    window.addEventListener("submit", (event) => event.target === form && !event.defaultPrevented && noteUntaken());
  });
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
  const revision = form.elements.namedItem("revision");
  let kept = given(form);
  let tried = kept;
  let refused = "";
  let timer = 0;
  let wait = QUIET;
  let sending = null;
  let isHeld = false;
  let isCut = false;
  let isOver = false;

  const standing = () => {
    if (isOver) return "over";
    if (isHeld || form.dataset.sent) return "sent";
    const typed = answers(form);
    if (typed === kept) return "kept";
    return typed === refused ? "refused" : "typed";
  };

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
      uncover(notice);
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
    clearTimeout(timer);
    if (sending || standing() !== "typed") return;
    sending = send().finally(() => {
      sending = null;
      if (wait === QUIET && standing() === "typed") later(isLeft() ? 0 : QUIET);
    });
  };

  async function send() {
    const typed = answers(form);
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    tried = typed;
    let answer, told;
    try {
      answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        redirect: "manual",
        keepalive: isLeft() && body.toString().length < LONGEST_OF_GONE,
      });
      const isTold = answer.headers.get("Content-Type")?.startsWith("application/json");
      told = isTold ? await answer.json() : {};
    } catch {
      isCut = true;
      return retry("Pas de réseau : votre saisie reste sur cette page, nous réessayons.");
    }
    take(answer, told, typed);
  }

  function take(answer, told, typed) {
    isCut = false;
    if (answer.ok && told.saved_at) {
      kept = typed;
      wait = QUIET;
      if (revision && told.revision !== undefined) revision.value = told.revision;
      noteUnsent();
      noteUntaken();
      say("saved", `Saisie gardée à ${told.saved_at}.`);
      document.dispatchEvent(new CustomEvent("session:alive"));
    } else if (told.message && [400, 409].includes(answer.status)) {
      refused = typed;
      isOver = answer.status === 409;
      if (isOver) noteUntaken(revision?.value);
      // What stands beside is said of what is being typed, and no more true of what is over.
      notice?.querySelector("[data-autosave-while]")?.toggleAttribute("hidden", isOver && !told.overtaken);
      say("failed", told.message);
    } else if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) {
      retry("Votre session est terminée\u00a0: votre saisie reste sur cette page. Connectez-vous dans un nouvel onglet.");
      if (!beside) return;
      beside.hidden = false;
      uncover(notice);
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
    if (standing() !== "typed") return;
    // What was tried already is said; the words would else move the button that is being pressed.
    if (answers(form) === tried && notice?.dataset.state === "failed") return;
    say("waiting", "Nous gardons votre saisie…");
    later(QUIET);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("form:freed", () => later(0));
  window.addEventListener("online", () => later(0));

  const noteUnsent = () => {
    const unsent = answers(form) === kept ? undefined : revision?.value;
    history.replaceState({ ...history.state, unsent }, "");
  };
  const hold = async (event) => {
    clearTimeout(timer);
    noteUnsent();
    const mayBeCut = !form.hasAttribute("data-reached") && (isCut || !navigator.onLine);
    if (!(sending || mayBeCut) || !form.requestSubmit) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isHeld) return;
    isHeld = true;
    const button = event.submitter;
    busy(button);
    await Promise.race([sending || send(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    if (isCut) cut(form, button);
    else {
      form.removeEventListener("submit", hold, true);
      leave(form, button);
      form.addEventListener("submit", hold, true);
    }
    isHeld = false;
  };
  form.addEventListener("submit", hold, true);
  // Leaving: a telephone may never come back to this page.
  document.addEventListener("visibilitychange", () => {
    if (!isLeft()) return;
    noteUnsent();
    begin();
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    const [visit] = performance.getEntriesByType("navigation");
    if (persisted || visit?.type !== "back_forward") return;
    // Some browsers fill in hidden fields too.
    if (form.dataset.revision) revision.value = form.dataset.revision;
    if (answers(form) === kept) return;
    const unsent = history.state?.unsent;
    if (unsent !== undefined && (unsent === revision.value || isUntaken(unsent))) {
      // What it was typed over: what another window has answered since is not overwritten.
      revision.value = unsent;
      changed();
    } else {
      kept = answers(form);
      isOver = true;
      // With its fragment it would only be scrolled.
      location.replace(location.pathname + location.search);
    }
  });
}

/* What comes over the foot of the page lets what one is typing be seen: it leaves it the room that it keeps. */
function uncover(notice) {
  const typing = document.activeElement;
  const { top, bottom } = typing.getBoundingClientRect();
  const over = notice.getBoundingClientRect();
  if (typing !== document.body && bottom > over.top && top < over.bottom) typing.scrollIntoView({ block: "nearest" });
}

function isLeft() {
  return document.visibilityState === "hidden";
}

/* Notes that what was typed at this address over a revision was not taken; or, of none, that all was. */
function noteUntaken(revision = "") {
  store("sessionStorage", UNTAKEN + location.pathname, revision);
}

function isUntaken(revision) {
  return stored("sessionStorage", UNTAKEN + location.pathname) === revision;
}

/* The form as the server made it: what a browser fills in by itself is nobody's answer. */
function pristine(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return copy;
}

function given(form) {
  return answers(pristine(form));
}
