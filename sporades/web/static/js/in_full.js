/* Says in full what a list holds: a long answer is cut in the box of a <select data-in-full>.

   Its words stand under the list, to be read by the eye: a screen reader has them already. */
const LONG = 30;

export function inFull() {
  document.querySelectorAll("select[data-in-full]").forEach((list) => {
    const words = document.createElement("p");
    words.className = "fr-hint-text";
    words.setAttribute("aria-hidden", "true");
    list.after(words);
    const say = () => {
      const label = list.selectedOptions[0]?.label ?? "";
      words.textContent = label;
      words.hidden = label.length < LONG;
    };
    list.addEventListener("change", say);
    say();
  });
}
