/* Shows what an <input type="file" multiple> holds, in its order, and lets it be put right before it
   is sent: choosing again adds to what was chosen, as pages photographed one after the other are;
   each file goes up, down or away, and a photo that lies on its side is turned. The field itself
   holds what is shown, so that whatever sends it finds it there; data-most="10" says how many it
   takes. data-received names the files that the service has received already, when a page comes
   back with one of them refused: they stand in the same list, and input.arranged says all of it, in
   its order. A file that was refused, before it left or on its way, is marked so, and leaves the list
   as another is chosen. Whoever refused it listens to "chosen:changed", to unsay it once it is taken
   away. Without script it is a plain field. */
import { isPhoto, turned } from "./photos.js";
import { weight } from "./weights.js";

export function chosen() {
  if (!canHold()) return;
  document.querySelectorAll("input[type='file'][multiple]").forEach(list);
}

/* Whether a file, if it is one, is still among those that a field has. */
export function isStillIn(input, file) {
  return file !== undefined && (input.arranged ?? [...input.files]).includes(file);
}

/* The last three become a JPEG where the browser can (photos.js). */
const TAKEN = ["application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"];

/* The first file of a field that its device knows as another type than those taken, where the field
   says of it data-unfit-said="{name} : …". Of the list, whose files are marked: those of the field
   may be copies of them. */
export function unfitIn(input) {
  const files = input.dataset.unfitSaid ? (input.arranged ?? [...input.files]) : [];
  return files.find((file) => file.type && !TAKEN.includes(file.type));
}

/* What is said of it. */
export function unfitSaid(input, file) {
  return input.dataset.unfitSaid.replace("{name}", () => file.name);
}

const SEEN = 96;
const ACTS = { up: "Monter", down: "Descendre", turn: "Tourner", away: "Retirer" };
const NOT_TURNED = "ne se laisse pas tourner ici\u00a0: tournez cette photo dans votre appareil, puis choisissez-la de nouveau.";

function list(input) {
  const most = Number(input.dataset.most) || Infinity;
  let files = [];
  let awaited = 0;
  let turning = Promise.resolve();
  let pressed = null;
  let refused = null;
  document.addEventListener("submit", wait, true);
  const { box, rows, said, more } = display();
  input.after(box);
  more.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const good = files.filter((one) => one !== refused);
    const fresh = [...input.files].filter((one) => !good.some((other) => isSame(one, other)));
    const gone = fresh.length && good.length < files.length ? `${refused.name}, refusé, est retiré. ` : "";
    const all = [...(gone ? good : files), ...fresh];
    const left = all.length - most;
    show(all.slice(0, most));
    if (left > 0) say(`${most} fichiers au plus\u00a0: ${left > 1 ? `${left} ne sont pas ajoutés` : "un n'est pas ajouté"}.`);
    else if (files.length) say(gone + (files.length > 1 ? `${files.length} fichiers choisis, dans cet ordre\u00a0:` : gone && `${files[0].name} est choisi.`));
  });
  input.addEventListener("uploads:refused", ({ detail }) => {
    refused = detail;
    show(files);
    say("");
  });
  // A page that comes back from the history keeps what it held.
  const received = JSON.parse(input.dataset.received || "[]");
  if (received.length || input.files.length) show([...received, ...input.files]);
  if (received.length) say("Déjà reçus\u00a0: ajoutez ce qui manque, puis envoyez le tout.");

  function show(all) {
    files = all;
    const held = new DataTransfer();
    files.filter((one) => one instanceof File).forEach((one) => held.items.add(one));
    input.files = held.files;
    input.arranged = files;
    // Once there was something in it, what is said of the last file that leaves stands here.
    box.hidden &&= !files.length;
    rows.hidden = !files.length;
    more.hidden = !files.length || files.length >= most;
    rows.replaceChildren(...files.map(row));
  }

  function row(file, place) {
    const line = document.createElement("li");
    const name = document.createElement("span");
    name.className = "s-chosen__name";
    name.textContent = `${place + 1}. ${file.name} (${weight(file.size)})`;
    if (file === refused) {
      const mark = document.createElement("strong");
      mark.className = "s-chosen__refused";
      mark.textContent = " Refusé";
      name.append(mark);
    }
    const acts = document.createElement("span");
    acts.className = "s-chosen__acts";
    for (const [act, words] of Object.entries(ACTS)) {
      if (act === "turn" ? !isPhoto(file) : act !== "away" && files.length < 2) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "fr-btn fr-btn--tertiary fr-btn--sm";
      button.dataset.act = act;
      button.disabled = place === { up: 0, down: files.length - 1 }[act];
      const which = document.createElement("span");
      which.className = "fr-sr-only";
      which.textContent = ` ${file.name}, page ${place + 1}`;
      button.append(words, which);
      button.addEventListener("click", () => (act === "turn" ? turn(place) : change(act, place)));
      acts.append(button);
    }
    line.append(seen(file), name, acts);
    return line;
  }

  function change(act, place) {
    if (input.disabled) return;
    const all = [...files];
    const [file] = all.splice(place, 1);
    const to = { up: place - 1, down: place + 1 }[act];
    if (to !== undefined) all.splice(to, 0, file);
    show(all);
    say(to === undefined ? `${file.name} est retiré. ${counted(files)}` : `${file.name} est maintenant en position ${to + 1} sur ${all.length}.`);
    focus(act, Math.min(to ?? place, all.length - 1));
    input.dispatchEvent(new Event("chosen:changed"));
  }

  function focus(act, place) {
    const line = rows.children[place];
    const again = line?.querySelector(`[data-act="${act}"]:enabled`) ?? line?.querySelector("button:enabled");
    (again ?? input).focus();
  }

  /* Each press is a quarter, those that come while a photo turns too. */
  async function turn(place) {
    if (input.disabled) return;
    const asked = chosenAs(files[place]);
    awaited += 1;
    turning = turning.then(() => quarter(asked));
    await turning;
    awaited -= 1;
    if (awaited || pressed === null) return;
    const submitter = pressed;
    pressed = null;
    // Safari of before 16 has no requestSubmit: a press is as good where a button was pressed.
    if (input.form.requestSubmit) input.form.requestSubmit(submitter);
    else (submitter ?? input.form.querySelector("[type='submit']")).click();
  }

  /* Always from the photo as it was chosen: turned four times, it is that one again. */
  async function quarter(asChosen) {
    const file = files.find((one) => chosenAs(one) === asChosen);
    if (!file) return;
    const quarters = ((file.quarters ?? 0) + 1) % 4;
    const made = quarters ? await turned(asChosen, quarters) : asChosen;
    const at = files.indexOf(file);
    if (at < 0) return;
    if (!made) return say(`${file.name} ${NOT_TURNED}`);
    if (quarters) Object.assign(made, { asChosen, quarters });
    show(files.map((one) => (one === file ? made : one)));
    say(`${file.name} est tournée d'un quart de tour vers la droite.`);
    focus("turn", at);
  }

  /* What is sent while a photo turns leaves once it is turned. */
  function wait(event) {
    if (event.target !== input.form || !awaited) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed = event.submitter;
  }

  function say(words) {
    said.textContent = words;
  }
}

function counted(files) {
  if (files.length > 1) return `${files.length} fichiers choisis.`;
  return files.length ? `${files[0].name} est choisi.` : "Aucun fichier n'est choisi.";
}

function display() {
  const box = document.createElement("div");
  box.className = "s-chosen";
  box.hidden = true;
  const said = document.createElement("p");
  said.className = "s-chosen__said";
  said.setAttribute("aria-live", "polite");
  const rows = document.createElement("ol");
  const more = document.createElement("button");
  more.type = "button";
  more.className = "fr-btn fr-btn--secondary fr-btn--sm";
  more.textContent = "Ajouter une page";
  box.append(said, rows, more);
  return { box, rows, said, more };
}

/* A small image of a photo: those of a telephone all have the same name. */
function seen(file) {
  const canvas = document.createElement("canvas");
  canvas.className = "s-chosen__seen";
  canvas.width = canvas.height = SEEN;
  canvas.setAttribute("aria-hidden", "true");
  if (file.type?.startsWith("image/") && window.createImageBitmap) draw(file, canvas).catch(() => {});
  return canvas;
}

async function draw(file, canvas) {
  const photo = await createImageBitmap(file);
  const scale = Math.min(SEEN / photo.width, SEEN / photo.height);
  const [width, height] = [photo.width * scale, photo.height * scale];
  canvas.getContext("2d").drawImage(photo, (SEEN - width) / 2, (SEEN - height) / 2, width, height);
  photo.close();
}

function chosenAs(file) {
  return file.asChosen ?? file;
}

function isSame(one, other) {
  return isAlike(one, other) || (other.asChosen !== undefined && isAlike(one, other.asChosen));
}

/* Of a file that the service has received already, nothing says when it was made. */
function isAlike(one, other) {
  const isOfOneTime = one.lastModified === other.lastModified || Boolean(one.key ?? other.key);
  return one.name === other.name && one.size === other.size && isOfOneTime;
}

function canHold() {
  try {
    return "files" in new DataTransfer();
  } catch {
    return false;
  }
}
