/* Says before anything is sent that files are too heavy together, in a form that sends them with
   itself: <input type="file" data-together="25000000" data-together-said="…{weight}…">. Without script
   the service says so, once it has them. */
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
    form.addEventListener("submit", (event) => {
      const total = [...input.files].reduce((sum, file) => sum + file.size, 0);
      const isHeavy = total > Number(input.dataset.together);
      said.hidden = !isHeavy;
      said.textContent = isHeavy ? input.dataset.togetherSaid.replace("{weight}", weight(total, Math.ceil)) : "";
      if (!isHeavy) return;
      event.preventDefault();
      input.focus();
    });
  });
}
