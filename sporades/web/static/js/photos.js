/* Makes heavy photos lighter before they are sent: one of a telephone weighs ten times what its
   page keeps, on a line that may be slow. They leave upright, as a JPEG of at most LONGEST pixels a
   side, without what they say of where and when they were taken. What a browser cannot read, draw
   or make smaller goes as it is: the service does the same with it, and a page is as legible.
   uploads.js asks for it; <form data-lighter>, which sends its files with itself, does so too.
   chosen.js has one turned by hand, which nothing in it says how it was held. */
const LONGEST = 3000;
const QUALITY = 0.85;
const LIGHT = 1500000;
const TAKEN = ["image/jpeg", "image/png"];
const NOT_TAKEN = ["image/webp", "image/heic", "image/heif"];
const UPRIGHT = { imageOrientation: "from-image" };
const SEEN = 32;
const MADE = "réduite avant l'envoi…";

/* A JPEG of two points, one beside the other, which says that it was held on its side. */
const HELD =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAFA3PEY8MlBGQUZaVVBf" +
  "eMiCeG5uePWvuZHI////////////////////////////////////////////////////wAALCAABAAIBAREA/8QAFAABAAAAAAAAAAAA" +
  "AAAAAAAABP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8Aa//Z";

export function photos() {
  document.querySelectorAll("form[data-lighter]").forEach(watch);
}

/* The files of a form that sends them with itself are changed in its field, once its button is pressed. */
function watch(form) {
  const input = form.querySelector("input[type='file']");
  if (!input || !form.requestSubmit) return;
  const said = document.createElement("p");
  said.className = "s-upload__said";
  said.setAttribute("role", "status");
  (input.closest(".s-field") ?? input).after(said);
  let isBusy = false;
  form.addEventListener(
    "submit",
    async (event) => {
      const files = [...input.files];
      if (form.dataset.lightened || !files.some(isHeavy)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (isBusy) return;
      isBusy = true;
      const held = new DataTransfer();
      const ready = await lighter(files, (words) => (said.textContent = words), { aborted: false });
      ready.forEach((one) => held.items.add(one));
      input.files = held.files;
      said.textContent = "";
      form.dataset.lightened = "true";
      isBusy = false;
      form.requestSubmit(event.submitter);
    },
    true,
  );
  input.addEventListener("change", () => delete form.dataset.lightened);
}

/* Returns the files to send, in the same order; says what takes time. */
export async function lighter(files, tell, signal) {
  const heavy = files.filter(isHeavy);
  if (!heavy.length || !(await canDraw().catch(() => false))) return files;
  const ready = [];
  for (const file of files) {
    const place = signal.aborted ? 0 : heavy.indexOf(file) + 1;
    if (place) tell(heavy.length > 1 ? `Photo ${place} sur ${heavy.length}\u00a0: ${MADE}` : `Votre photo est ${MADE}`);
    ready.push(place ? await made(file) : file);
  }
  return ready;
}

/* What the service does not take at all is always worth making anew. */
function isHeavy(file) {
  return NOT_TAKEN.includes(file.type) || (TAKEN.includes(file.type) && file.size > LIGHT);
}

async function made(file) {
  try {
    const jpeg = await drawn(file);
    if (jpeg?.type !== "image/jpeg" || (TAKEN.includes(file.type) && jpeg.size >= file.size)) return file;
    return await named(jpeg, file);
  } catch {
    return file;
  }
}

export function isPhoto(file) {
  return file instanceof File && [...TAKEN, ...NOT_TAKEN].includes(file.type);
}

/* Returns a photo turned by so many quarters to the right, or nothing where the browser cannot. */
export async function turned(file, quarters) {
  try {
    if (!(await canDraw())) return null;
    const jpeg = await drawn(file, quarters);
    return jpeg?.type === "image/jpeg" ? await named(jpeg, file) : null;
  } catch {
    return null;
  }
}

async function named(jpeg, file) {
  const anew = new File([jpeg], file.name, { type: jpeg.type, lastModified: file.lastModified });
  // After a cut it goes on only from the very same bytes.
  if (window.crypto?.subtle) anew.mark = await digest(jpeg);
  return anew;
}

async function drawn(file, quarters = 0) {
  const photo = await createImageBitmap(file, UPRIGHT);
  const scale = Math.min(1, LONGEST / Math.max(photo.width, photo.height));
  const [width, height] = [Math.round(photo.width * scale), Math.round(photo.height * scale)];
  const { canvas, paper } = quarters % 2 ? sheet(height, width) : sheet(width, height);
  paper.imageSmoothingQuality = "high";
  paper.translate(canvas.width / 2, canvas.height / 2);
  paper.rotate((quarters * Math.PI) / 2);
  paper.drawImage(photo, -width / 2, -height / 2, width, height);
  photo.close();
  // Where memory lacks, a browser draws nothing and says nothing: no photo is of one colour.
  const jpeg = isPlain(canvas) ? null : await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  canvas.width = canvas.height = 0;
  return jpeg;
}

/* Whether photos are turned as they say, and drawings read as they were drawn: some browsers scramble them. */
async function canDraw() {
  const bytes = Uint8Array.from(atob(HELD), (one) => one.charCodeAt(0));
  const photo = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }), UPRIGHT);
  const isTurned = photo.width === 1 && photo.height === 2;
  photo.close();
  const { paper } = sheet(2, 1);
  paper.fillStyle = "rgb(200, 40, 90)";
  paper.fillRect(0, 0, 1, 1);
  const read = paper.getImageData(0, 0, 2, 1).data;
  return isTurned && [200, 40, 90, 255, 255, 255, 255, 255].every((value, at) => Math.abs(value - read[at]) < 4);
}

function isPlain(canvas) {
  const { paper } = sheet(SEEN, SEEN);
  paper.drawImage(canvas, 0, 0, SEEN, SEEN);
  const read = paper.getImageData(0, 0, SEEN, SEEN).data;
  return read.every((value, at) => value === read[at % 4]);
}

/* White: what is transparent would be black in a JPEG. */
function sheet(width, height) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const paper = canvas.getContext("2d");
  paper.fillStyle = "white";
  paper.fillRect(0, 0, width, height);
  return { canvas, paper };
}

async function digest(blob) {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...found].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
