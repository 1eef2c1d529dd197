/* One key for one act: where a page marks a button or a link with data-key="j", the key presses it;
   with data-key-goes="a", it only goes there: what cannot be undone is pressed on purpose.
   Of several, as the pages of a paper, it is the one that is before the eyes.
   Nothing happens while one types, nor with Ctrl, Alt or a command key; what sends or leads elsewhere does
   not act either where an answer has been begun in another form: it would be lost. Behind an open dialog
   nothing is in reach. The sentence marked data-keys, hidden where nothing makes it true, says which
   there are; a button after it turns them off, for who speaks to the machine or trembles (WCAG 2.1.4),
   and the browser remembers it. */
import { store, stored } from "./stored.js";

const OFF = "keys-off";
const BEGUN = "Une réponse est commencée dans cette page : cette touche n'agit pas. Choisissez un bouton.";

/* Whether somebody has changed what a field showed. */
function isChanged(field) {
  if (field instanceof HTMLSelectElement) {
    const options = [...field.options];
    const shown = options.some((one) => one.defaultSelected);
    return shown ? options.some((one) => one.selected !== one.defaultSelected) : field.selectedIndex > 0;
  }
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/* Whether an answer is begun elsewhere than in the form of what a key presses: typed here, or put back
   in the page since the session had ended. */
function isBegun(pressed) {
  if (document.querySelector("[data-refilled]")) return true;
  const fields = document.querySelectorAll("main :is(input:not([type=hidden]), textarea, select)");
  return [...fields].some((field) => field.form !== (pressed.form ?? null) && isChanged(field));
}

/* Whether what it is of, in its list, goes on below the upper third of the window. */
function isBeforeTheEyes(one) {
  return (one.closest("li") ?? one).getBoundingClientRect().bottom > innerHeight / 3;
}

export function keys() {
  const marked = document.querySelectorAll("[data-key], [data-key-goes]");
  const said = document.querySelector("[data-keys]");
  if (!marked.length || !said) return;
  let isOff = stored("localStorage", OFF) === "true";
  const words = document.createElement("span");
  words.append(...said.childNodes);
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.className = "fr-btn fr-btn--tertiary-no-outline fr-btn--sm";
  const name = () => {
    toggle.textContent = isOff ? "Activer les touches de cette page" : "Couper ces touches";
    words.hidden = isOff;
  };
  name();
  toggle.addEventListener("click", () => {
    isOff = !isOff;
    store("localStorage", OFF, String(isOff));
    name();
  });
  const why = document.createElement("span");
  why.setAttribute("role", "status");
  said.append(words, " ", toggle, " ", why);
  said.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (isOff || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog[open]")) return;
    const named = ({ dataset }) => dataset.key ?? dataset.keyGoes;
    const several = [...marked].filter((one) => named(one) === event.key);
    const chosen = several.find(isBeforeTheEyes) ?? several[0];
    if (!chosen) return;
    event.preventDefault();
    if (!chosen.dataset.key) chosen.focus();
    else if (chosen.type !== "button" && isBegun(chosen)) {
      why.textContent = BEGUN;
      why.scrollIntoView({ block: "nearest" }); // above a long page, whose foot is being answered
    } else chosen.click();
  });
}
