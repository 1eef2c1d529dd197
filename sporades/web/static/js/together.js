/* Says before anything is sent what the service would refuse, in a form that sends its files with
   itself: they would all have to be chosen again. Files too heavy together:
   <input type="file" data-together="25000000" data-together-said="…{weight}…">; as soon as it is
   chosen, one of another type than those taken: data-unfit-said="{name} : …" (chosen.js). Without
   script the service says so, once it has them. */
import { isStillIn, unfitIn, unfitSaid } from "./chosen.js";
import { forgetErrors, isAnswered } from "./errors.js";
import { weight } from "./weights.js";

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
    const look = () => {
      unfit = unfitIn(input);
      say(unfit ? unfitSaid(input, unfit) : "");
      if (unfit) input.dispatchEvent(new CustomEvent("uploads:refused", { detail: unfit }));
    };
    form.addEventListener("submit", (event) => {
      look();
      if (!unfit) say(tooHeavy(input, [...input.files]));
      if (said.hidden) return;
      event.preventDefault();
      input.focus();
    });
    // What is said of a file goes with it.
    ["change", "chosen:changed"].forEach((kind) =>
      input.addEventListener(kind, () => {
        if (isStillIn(input, unfit)) return;
        if (isAnswered(input)) forgetErrors(input);
        look();
      }),
    );
  });
}

function tooHeavy(input, files) {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const isHeavy = total > Number(input.dataset.together);
  return isHeavy ? input.dataset.togetherSaid.replace("{weight}", weight(total, Math.ceil)) : "";
}
