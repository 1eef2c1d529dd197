/* Ticks all the boxes of a question, or none, in one press: in a form with data-ticks="Toutes|Aucune",
   which gives the words of the two buttons, each group of more than three boxes has them; in a form
   without groups, all its boxes have them together, wherever they stand. What is pressed is only ticked: it is sent as any other answer. Without script one ticks box by box. */
const FEW = 3;

export function ticks() {
  document.querySelectorAll("form[data-ticks]").forEach((form) => {
    const groups = form.querySelectorAll("fieldset");
    groups.forEach((group) => {
      const legend = group.querySelector("legend");
      const boxes = [...group.querySelectorAll("input[type='checkbox']")];
      if (boxes.length > FEW) legend.after(buttons(form, legend.textContent.trim(), boxes));
    });
    const all = [...form.elements].filter(({ type }) => type === "checkbox");
    if (!groups.length && all.length > FEW) form.prepend(buttons(form, form.getAttribute("aria-label"), all));
  });
}

function buttons(form, name, boxes) {
  const line = document.createElement("p");
  line.className = "s-buttons";
  const status = document.createElement("span");
  status.className = "fr-sr-only";
  status.setAttribute("role", "status");
  form.dataset.ticks.split("|").forEach((words, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fr-btn fr-btn--tertiary fr-btn--sm";
    const which = document.createElement("span");
    which.className = "fr-sr-only";
    which.textContent = `\u00a0: ${name}`;
    button.append(words, which);
    button.addEventListener("click", () => {
      boxes.forEach((box) => (box.checked = place === 0));
      boxes[0].dispatchEvent(new Event("change", { bubbles: true }));
      status.textContent = `${boxes.length} cases ${place === 0 ? "cochées" : "décochées"}.`;
    });
    line.append(button, " ");
  });
  line.append(status);
  return line;
}
