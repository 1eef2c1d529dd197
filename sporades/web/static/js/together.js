/* Says before anything is sent what the service would refuse, in a form that sends its files with
   itself: they would all have to be chosen again. Files too heavy together:
   <input type="file" data-together="25000000" data-together-said="…{weight}…">; one that its device
   knows as another type than those taken: data-unfit-said="{name} : …". Without script the service
   says so, once it has them. */
import { isStillIn } from "./chosen.js";
import { weight } from "./weights.js";

/* The last three become a JPEG where the browser can (photos.js). */
const TAKEN = ["application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"];

export function together() {
  document.querySelectorAll("form[data-lighter]").forEach((form) => {
    const input = form.querySelector("input[data-together]");
    if (!input) return;
    const said = document.createElement("p");
    said.className = "fr-error-text";
    said.setAttribute("role", "alert");
    said.hidden = true;
    (input.closest(".s-field") ?? input).append(said);
    const say = (words) => {
      said.textContent = words;
      said.hidden = !words;
    };
    let unfit;
    form.addEventListener("submit", (event) => {
      // Of the list, whose files it marks: those of the field may be copies of them.
      const listed = input.arranged ?? [...input.files];
      unfit = input.dataset.unfitSaid && listed.find((file) => file.type && !TAKEN.includes(file.type));
      say(unfit ? input.dataset.unfitSaid.replace("{name}", () => unfit.name) : tooHeavy(input, [...input.files]));
      if (said.hidden) return;
      event.preventDefault();
      if (unfit) input.dispatchEvent(new CustomEvent("uploads:refused", { detail: unfit }));
      input.focus();
    });
    // What is said of a file goes with it.
    ["change", "chosen:changed"].forEach((kind) =>
      input.addEventListener(kind, () => isStillIn(input, unfit) || say("")),
    );
  });
}

function tooHeavy(input, files) {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const isHeavy = total > Number(input.dataset.together);
  return isHeavy ? input.dataset.togetherSaid.replace("{weight}", weight(total, Math.ceil)) : "";
}
