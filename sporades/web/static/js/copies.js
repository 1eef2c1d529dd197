/* A button that copies what stands before it, and says so.

   <code data-copy="Copier le secret"> : its words without their spaces, which are there to be read.
   Where the browser does not let a page copy, there is no button. */
export function copies() {
  if (!navigator.clipboard?.writeText) return;
  document.querySelectorAll("[data-copy]").forEach((written) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fr-btn fr-btn--tertiary fr-btn--sm";
    button.textContent = written.dataset.copy;
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    written.after(" ", button, " ", said);
    button.addEventListener("click", async () => {
      said.textContent = "";
      try {
        await navigator.clipboard.writeText(written.textContent.replace(/\s/g, ""));
        said.textContent = "Copié.";
      } catch {
        getSelection().selectAllChildren(written);
        said.textContent = "La copie n'a pas pu se faire\u00a0: le texte est sélectionné, copiez-le.";
      }
    });
  });
}
