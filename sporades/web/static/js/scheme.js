/* Light, dark, or as the device says. Runs before the page is painted, so that a choice made
   earlier never flashes; the choice stays in this browser (localStorage) and is sent to nobody.
   Without script the page follows the device. Markup: a hidden [data-scheme] holding buttons
   [data-scheme-choice="system|light|dark"]. */
(() => {
  const KEY = "scheme";
  const root = document.documentElement;

  function chosen() {
    try {
      return localStorage.getItem(KEY) || "system";
    } catch {
      return "system";
    }
  }

  function apply(choice) {
    if (choice === "system") root.removeAttribute("data-fr-theme");
    else root.setAttribute("data-fr-theme", choice);
  }

  apply(chosen());

  document.addEventListener("DOMContentLoaded", () => {
    const choices = document.querySelectorAll("[data-scheme-choice]");
    const show = () =>
      choices.forEach((button) =>
        button.setAttribute("aria-pressed", String(button.dataset.schemeChoice === chosen())),
      );
    choices.forEach((button) =>
      button.addEventListener("click", () => {
        try {
          if (button.dataset.schemeChoice === "system") localStorage.removeItem(KEY);
          else localStorage.setItem(KEY, button.dataset.schemeChoice);
        } catch {
          /* Refused by the browser: the choice holds for this page. */
        }
        apply(button.dataset.schemeChoice);
        show();
      }),
    );
    document.querySelectorAll("[data-scheme]").forEach((switcher) => (switcher.hidden = false));
    show();
  });
})();
