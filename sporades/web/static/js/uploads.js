/* Sends the files of a form part by part, so that a cut costs one part (tus 1.0).

   <form data-uploads="/url"> : pressed, its button first sends what <input type="file"> holds;
   the names that the service gives to the files then go in the field called "envois", in their
   order, and the form leaves without the files. After a cut, a sleep of the device or an end of
   the session it goes on by itself from what has come; after the tab was closed, when the same
   file is chosen again. A heavy photo is made lighter first (photos.js). Where an answer is of no
   use here, the form leaves as without script. */
import { isStillIn, unfitIn, unfitSaid } from "./chosen.js";
import { forgetErrors, isAnswered } from "./errors.js";
import { lighter } from "./photos.js";
import { token } from "./token.js";
import { weight } from "./weights.js";

const PART = 262144;
const PATIENCE = 60000;
const LONGEST = 30000;
const SETTLES = 500;
const VERSION = "1.0.0";

export function uploads() {
  if (!("AbortController" in window) || !("arrayBuffer" in Blob.prototype)) return;
  document.querySelectorAll("form[data-uploads]").forEach(watch);
}

/* The page moves as sending begins: the second press of two would follow what comes under the finger.
   Returns what ends it sooner, for a sending that has ended: the button stands where it was again. */
function settle(stop) {
  const swallow = (event) => {
    if (!stop.contains(event.target)) event.preventDefault();
  };
  const settled = () => document.removeEventListener("click", swallow, true);
  document.addEventListener("click", swallow, true);
  setTimeout(settled, SETTLES);
  return settled;
}

class Stopped extends Error {}
class Refused extends Error {}
class Useless extends Error {}

function watch(form) {
  const input = form.querySelector("input[type='file']");
  const names = form.elements.namedItem("envois");
  if (!input || !names || !form.requestSubmit) return;
  const shown = display(input);
  let stopped = null;
  let refused = null;

  form.addEventListener(
    "submit",
    (event) => {
      const files = input.arranged ?? [...input.files];
      if (form.dataset.uploaded) return;
      // What was received before a refusal leaves by its name; alone, there is nothing to send.
      if (input.dataset.received) names.value = named(files).join(",");
      if (!input.files.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!stopped) begin(files, event.submitter);
    },
    true,
  );
  // What is said of a file goes with it.
  ["change", "chosen:changed"].forEach((kind) =>
    input.addEventListener(kind, () => {
      if (refused && isStillIn(input, refused.file)) return;
      if (refused || isAnswered(input)) forgetErrors(input);
      refused = null;
      const file = unfitIn(input);
      if (file) refuse(file);
    }),
  );
  shown.stop.addEventListener("click", () => stopped?.abort());
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    delete form.dataset.uploaded;
    names.value = "";
    input.disabled = false;
    // What it said as it was left is of the sending that is over.
    if (!stopped) shown.rest();
  });
  // Left on the way, what is sent would be given to nothing.
  window.addEventListener("beforeunload", (event) => {
    if (!stopped || form.dataset.uploaded) return;
    event.preventDefault();
    // Chromium of before 119 asks for this one alone.
    event.returnValue = true;
  });

  /* Of a type that is not taken: said as it is chosen. The service reads what is in it all the same. */
  function refuse(file) {
    refused = { file };
    forgetErrors(input);
    shown.end(unfitSaid(input, file), true, true);
    input.dispatchEvent(new CustomEvent("uploads:refused", { detail: file }));
  }

  async function begin(chosen, button) {
    stopped = new AbortController();
    const { signal } = stopped;
    let before = 0;
    const kept = [];
    refused = null;
    shown.begin();
    const settled = settle(shown.stop);
    input.disabled = true;
    button?.setAttribute("aria-disabled", "true");
    try {
      const fresh = chosen.filter((file) => file instanceof File);
      const ready = await lighter(fresh, shown.prepare, signal);
      if (signal.aborted) throw new Stopped();
      const all = chosen.map((file) => ready[fresh.indexOf(file)] ?? file);
      const total = all.reduce((sum, file) => sum + file.size, 0) || 1;
      // Said before anything is sent: what is sent in excess would take the place of the first ones.
      if (total > Number(input.dataset.together)) {
        throw new Refused(input.dataset.togetherSaid.replace("{weight}", weight(total, Math.ceil)));
      }
      for (const [place, file] of all.entries()) {
        const tell = (offset, words) => shown.tell((before + offset) / total, words);
        try {
          kept.push(file.key ?? (await send(form.dataset.uploads, file, tell, signal)));
        } catch (failure) {
          if (failure instanceof Refused) failure.file = chosen[place];
          throw failure;
        }
        before += file.size;
      }
      names.value = kept.join(",");
      leave(button);
    } catch (failure) {
      button?.removeAttribute("aria-disabled");
      input.disabled = false;
      // What the service received before would be left behind by a form that leaves with its files.
      if (failure instanceof Useless && !named(chosen).length) return leave(button, false);
      settled();
      const isRefused = failure instanceof Refused;
      shown.end(isRefused ? failure.message : "Envoi arrêté\u00a0: rien n'est déposé.", isRefused);
      if (isRefused) refused = failure;
      // The list of what is chosen marks it (chosen.js).
      if (failure.file) input.dispatchEvent(new CustomEvent("uploads:refused", { detail: failure.file }));
      (isRefused ? input : button)?.focus();
    } finally {
      stopped = null;
    }
  }

  function leave(button, sent = true) {
    button?.removeAttribute("aria-disabled");
    if (sent) shown.whole();
    form.dataset.uploaded = "true";
    input.disabled = sent;
    form.requestSubmit(button);
  }
}

/* The names of the files that the service has received already. */
function named(files) {
  return files.flatMap((file) => file.key ?? []);
}

/* Sends one file whole, whatever it takes, and returns the name that the service gave it. */
async function send(url, file, tell, signal) {
  let wait = 1000;
  let offset = 0;
  let place = "";
  let why = "";
  tell(0, "");
  for (;;) {
    try {
      if (signal.aborted) throw new Stopped();
      if (!place) {
        ({ place, offset } = await announce(url, file, signal));
        why = "";
      }
      // What keeps it waiting is said once, and until somebody answers: each try would be read out.
      tell(offset, why);
      if (offset >= file.size) return place.split("/").pop();
      offset = await part(place, file, offset, signal);
      why = "";
      wait = 1000;
    } catch (failure) {
      if (signal.aborted) {
        if (place) ask(place, "DELETE", {}).catch(() => {});
        throw new Stopped();
      }
      if (failure instanceof Refused || failure instanceof Useless) throw failure;
      if (failure.isGone) place = "";
      else {
        why = failure.words || "Le réseau est coupé\u00a0: l'envoi reprendra tout seul où il en est.";
        tell(offset, why);
        await pause(wait, signal);
        wait = Math.min(wait * 2, LONGEST);
        const there = place ? await reached(place, signal) : undefined;
        if (there !== undefined) why = "";
        if (there === null) place = "";
        else offset = there ?? offset;
      }
    }
  }
}

async function announce(url, file, signal) {
  const mark = file.mark ?? `${file.size}-${file.lastModified}-${file.name}`;
  const answer = await ask(url, "POST", {
    signal,
    headers: {
      "Upload-Length": String(file.size),
      "Upload-Metadata": `filename ${encoded(file.name)},mark ${encoded(await short(mark))}`,
    },
  });
  if ([413, 429].includes(answer.status)) throw new Refused(`${file.name}\u00a0: ${await answer.text()}`);
  if (answer.status !== 201) throw trouble(answer);
  return {
    place: new URL(answer.headers.get("Location"), document.baseURI).pathname,
    offset: Number(answer.headers.get("Upload-Offset") || 0),
  };
}

async function part(place, file, offset, signal) {
  const content = await read(file.slice(offset, offset + PART), file.name);
  const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset) };
  // Pages without TLS have no such function: the length alone is then compared.
  if (window.crypto?.subtle) {
    headers["Upload-Checksum"] = `sha256 ${base64(await crypto.subtle.digest("SHA-256", content))}`;
  }
  const answer = await ask(place, "PATCH", { signal, headers, body: content });
  const why = answer.status === 413 ? await answer.text() : "";
  if (why) throw new Refused(`${file.name}\u00a0: ${why}`);
  if (answer.status !== 204) throw trouble(answer);
  document.dispatchEvent(new CustomEvent("session:alive"));
  return Number(answer.headers.get("Upload-Offset"));
}

async function read(slice, name) {
  try {
    return await slice.arrayBuffer();
  } catch {
    throw new Refused(`${name}\u00a0: ce fichier a changé ou n'est plus là. Choisissez-le de nouveau.`);
  }
}

/* What has come of a file; null when it is forgotten, undefined when nobody says. */
async function reached(place, signal) {
  try {
    const answer = await ask(place, "HEAD", { signal });
    if (answer.status === 404) return null;
    return answer.ok ? Number(answer.headers.get("Upload-Offset")) : undefined;
  } catch {
    return undefined;
  }
}

async function ask(url, method, { signal, headers, body }) {
  const late = new AbortController();
  const abort = () => late.abort();
  const timer = setTimeout(abort, PATIENCE);
  signal?.addEventListener("abort", abort);
  try {
    return await fetch(url, {
      method,
      body,
      headers: { "Tus-Resumable": VERSION, "X-CSRFToken": token(), ...headers },
      redirect: "manual",
      signal: late.signal,
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

function trouble(answer) {
  const failure = new Error(String(answer.status));
  failure.isGone = answer.status === 404;
  if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) {
    failure.words = "Votre session est terminée\u00a0: connectez-vous dans un autre onglet, l'envoi reprendra ici.";
  } else if (answer.status >= 500) {
    failure.words = "Le service ne répond pas\u00a0: l'envoi reprendra tout seul où il en est.";
  } else if (![404, 409, 423, 429, 460].includes(answer.status)) {
    return new Useless();
  }
  return failure;
}

/* Waits, less when the network or the reader comes back. */
function pause(delay, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, delay);
    window.addEventListener("online", done);
    document.addEventListener("visibilitychange", done);
    signal.addEventListener("abort", done);
  });
}

/* What is said of a sending stands at the field, where what the service refuses is said. */
function display(input) {
  const field = input.closest(".s-field") ?? input;
  const box = document.createElement("div");
  box.className = "s-upload";
  box.hidden = true;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", "Envoi de vos fichiers");
  const said = document.createElement("p");
  said.className = "s-upload__said";
  said.setAttribute("role", "status");
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "fr-btn fr-btn--tertiary";
  stop.textContent = "Arrêter l'envoi";
  box.append(bar, stop);
  field.after(said, box);
  /* Said as a page says it that comes back: « Erreur : », its sign, the count in the title. */
  const refuse = (words, isAloud) => {
    const errors = document.createElement("div");
    errors.className = "s-errors";
    errors.id = `${input.id}_error`;
    // Read out where the focus, which would read it with the field, does not move.
    if (isAloud) errors.setAttribute("role", "alert");
    const error = document.createElement("p");
    error.className = "fr-error-text";
    const kind = document.createElement("span");
    kind.className = "fr-sr-only";
    kind.textContent = "Erreur\u00a0: ";
    error.append(kind, words);
    errors.append(error);
    input.before(errors);
    field.classList.add("s-field--error");
    input.setAttribute("aria-invalid", "true");
    const described = (input.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
    input.setAttribute("aria-describedby", [...described, errors.id].join(" "));
    document.title = `1 erreur\u00a0: ${document.title}`;
  };
  const say = (words) => {
    if (said.textContent !== words) said.textContent = words;
  };
  return {
    stop,
    begin() {
      forgetErrors(input);
      box.hidden = false;
      delete said.dataset.state;
      bar.value = 0;
    },
    prepare(words) {
      say(words);
      said.dataset.state = "going";
    },
    tell(share, words) {
      bar.value = Math.floor(share * 100);
      // Said at each tenth, for those who listen.
      const tenth = Math.floor(share * 10) * 10;
      say(words ? `${tenth}\u00a0% envoyés. ${words}` : `${tenth}\u00a0% envoyés`);
      said.dataset.state = words ? "waiting" : "going";
    },
    whole() {
      bar.value = 100;
      stop.hidden = true;
      say("100\u00a0% envoyés\u00a0: votre fichier est relu, un instant…");
    },
    rest() {
      box.hidden = true;
      stop.hidden = false;
      delete said.dataset.state;
      say("");
    },
    end(words, isRefused, isAloud) {
      box.hidden = true;
      said.dataset.state = "failed";
      say(isRefused ? "" : words);
      if (isRefused) refuse(words, isAloud);
    },
  };
}

function base64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}

function encoded(text) {
  return base64(new TextEncoder().encode(text.slice(0, 200)));
}

/* A mark of sixty-four signs at most. */
async function short(text) {
  if (!window.crypto?.subtle) return text.slice(0, 64);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
