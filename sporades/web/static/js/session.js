/* Warns before the session ends, lets the reader stay, and keeps the page when it has ended.

   <body data-session-idle="1800" data-session-warning="300" data-session-extend="/url"
         data-session-left="43200">
   (seconds; the session ends when nobody has used it for « idle », and after « left » whatever is
   done: of that end the reader is told once, and nothing puts it off; the address answers a POST with 204 while the session lives, anything else when it
   has ended). A page opened in another tab, or that keeps what is typed there, tells this one that
   the session lives on, and gives it the token that its forms must now carry, if both are of one
   reader. After the end nothing is taken from the page: what was typed stays, the reader is told to
   sign in again in another tab, then to send. */
import { isMine, mine, renew, token } from "./token.js";
import { unkept } from "./unsent.js";

const CHANNEL = "session";
// What changes as the focus moves is left unsaid: it waits until where the focus went is said.
const HEARD = 500;
const KEPT = {
  all: "Rien de ce que vous avez saisi ne sera perdu.",
  // A form that nothing keeps but its button: what is typed outlives the session, not the page.
  here: "Ce que vous avez saisi reste sur cette page\u00a0: envoyez-le avant de la quitter.",
};

/* All is kept where answers are as they are typed, or where nothing is asked. */
function kept() {
  const has = (what) => document.querySelector(what) !== null;
  const isAll = has("form[data-autosave]") || !has("main form[method=post]");
  return KEPT[isAll && !unkept().length ? "all" : "here"];
}

export function session() {
  const { sessionIdle, sessionWarning, sessionExtend, sessionLeft = Infinity } = document.body.dataset;
  // A browser without dialogs (Safari before 15.4) would show its box on every page, for good.
  if (!sessionIdle || !window.HTMLDialogElement) return;
  const idle = Number(sessionIdle) * 1000;
  const warning = Number(sessionWarning) * 1000;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
  const dialog = makeDialog();
  let until = Date.now() + sessionLeft * 1000;
  let ends = Math.min(Date.now() + idle, until);
  let hasEnded = false;
  let isTold = false;

  const alive = () => {
    const now = Date.now();
    // One that is over was followed by another, of which this page knows no end.
    ends = until > now ? Math.min(now + idle, until) : now + idle;
    hasEnded = false;
    if (ends - now <= warning) return;
    isTold = false;
    if (dialog.element.open) dialog.element.close();
  };
  const tell = () => tabs?.postMessage({ ...mine(), until });

  async function extend() {
    try {
      const answer = await fetch(sessionExtend, {
        method: "POST",
        headers: { "X-CSRFToken": token() },
        redirect: "manual",
      });
      if (!answer.ok) return end();
    } catch {
      return dialog.say("Pas de réseau : votre saisie reste sur cette page. Réessayez dans un instant.");
    }
    alive();
    look();
    if (!dialog.element.open) dialog.prolonged(ends - Date.now());
    tell();
  }

  function answer() {
    if (!hasEnded && ends < until) return extend();
    isTold = true;
    dialog.element.close();
  }

  function end() {
    hasEnded = true;
    dialog.ended();
    if (!dialog.element.open) dialog.element.showModal();
    // From its first line, wherever the button that has the focus stands.
    dialog.element.scrollTop = 0;
  }

  function look() {
    const left = ends - Date.now();
    if (hasEnded) return;
    if (left <= 0) end();
    else if (left <= warning && !(isTold && ends === until)) {
      dialog.warn(left, ends === until);
      if (!dialog.element.open) dialog.element.showModal();
    }
  }

  dialog.stay.addEventListener("click", answer);
  // Escape means « stay », never « lose my session without a word »: what is answered closes it, and
  // what fails is said in it.
  dialog.element.addEventListener("cancel", (event) => {
    event.preventDefault();
    answer();
  });
  tabs?.addEventListener("message", ({ data }) => {
    if (!isMine(data)) return;
    renew(data.token);
    until = Math.max(until, data.until);
    alive();
  });
  tell();
  document.addEventListener("session:alive", () => {
    alive();
    tell();
  });
  // A device that slept wakes up late: look at the clock, do not count seconds.
  document.addEventListener("visibilitychange", look);
  setInterval(look, 5000);
}

function inMinutes(left) {
  const minutes = Math.max(1, Math.ceil(left / 60000));
  return `${minutes} minute${minutes > 1 ? "s" : ""}`;
}

function makeDialog() {
  const element = document.createElement("dialog");
  element.className = "s-dialog";
  element.setAttribute("aria-labelledby", "session-titre");
  element.setAttribute("aria-describedby", "session-texte");
  // What changes while the dialog is open is said again.
  const words = document.createElement("div");
  words.setAttribute("role", "status");
  const title = document.createElement("h2");
  title.id = "session-titre";
  const text = document.createElement("p");
  text.id = "session-texte";
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  const buttons = document.createElement("p");
  buttons.className = "s-buttons";
  const stay = document.createElement("button");
  stay.type = "button";
  stay.className = "fr-btn";
  const again = document.createElement("a");
  again.className = "fr-btn";
  again.href = document.body.dataset.sessionSignIn || "/connexion";
  again.target = "_blank";
  again.rel = "noopener";
  again.textContent = "Me connecter dans un nouvel onglet";
  again.hidden = true;
  buttons.append(again, stay);
  words.append(title, text);
  element.append(words, said, buttons);
  // Said once the dialog is closed: what is behind it is out of reach until then.
  const after = document.createElement("p");
  after.className = "fr-sr-only";
  after.setAttribute("role", "status");
  document.body.append(element, after);
  let shown = 0;
  return {
    element,
    stay,
    say: (words) => (said.textContent = words),
    /* The focus goes back to where it was; it was nowhere: to the page, not to its very top. */
    prolonged(left) {
      shown = 0;
      const { activeElement } = document;
      if (activeElement === document.body || element.contains(activeElement)) {
        document.getElementById("contenu")?.focus({ preventScroll: true });
      }
      setTimeout(() => {
        after.textContent = `Votre session est prolongée de ${inMinutes(left)}.`;
      }, HEARD);
    },
    warn(left, isLast) {
      const minutes = inMinutes(left);
      if (minutes + isLast === shown) return;
      shown = minutes + isLast;
      said.textContent = after.textContent = "";
      title.textContent = isLast ? "Votre session se termine bientôt" : "Êtes-vous toujours là ?";
      text.textContent =
        (isLast
          ? `Une session ne dure qu'une journée\u00a0: la vôtre se termine dans ${minutes}, sans pouvoir être prolongée. `
          : `Votre session se termine dans ${minutes}, faute d'activité. `) + kept();
      stay.textContent = isLast ? "J'ai compris" : "Prolonger ma session";
      stay.className = "fr-btn";
      again.hidden = true;
    },
    ended() {
      shown = 0;
      said.textContent = "";
      title.textContent = "Votre session est terminée";
      text.textContent =
        "Ce que vous avez saisi est toujours sur cette page. Connectez-vous dans un nouvel " +
        "onglet, puis revenez ici et continuez.";
      stay.textContent = "Revenir à ma saisie";
      stay.className = "fr-btn fr-btn--secondary";
      again.hidden = false;
      if (element.open) again.focus();
    },
  };
}
