/* Says before anything is sent what the service would refuse, in a form that sends its files with
   itself: they would all have to be chosen again. Files too heavy together:
   <input type="file" data-together="25000000" data-together-said="…{weight}…">; one that its device
   knows as another type than those taken: data-unfit-said="{name} : …". Without script the service
   says so, once it has them. */
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
    form.addEventListener("submit", (event) => {
      said.textContent = refused(input, [...input.files]);
      said.hidden = !said.textContent;
      if (said.hidden) return;
      event.preventDefault();
      input.focus();
    });
  });
}

function refused(input, files) {
  const unfit = files.find((file) => file.type && !TAKEN.includes(file.type));
  if (unfit && input.dataset.unfitSaid) return input.dataset.unfitSaid.replace("{name}", () => unfit.name);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const isHeavy = total > Number(input.dataset.together);
  return isHeavy ? input.dataset.togetherSaid.replace("{weight}", weight(total, Math.ceil)) : "";
}
