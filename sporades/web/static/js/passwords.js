/* A box « Afficher le mot de passe » under each password. Markup: [data-password] around one
   <input type="password">; nothing shows without script. */
let count = 0;

export function passwords() {
  document.querySelectorAll("[data-password]").forEach((holder) => {
    const field = holder.querySelector("input[type='password']");
    if (!field || field.readOnly) return;
    count += 1;
    const group = document.createElement("div");
    group.className = "fr-checkbox-group fr-checkbox-group--sm s-reveal";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.id = `afficher-${count}`;
    const label = document.createElement("label");
    label.className = "fr-label";
    label.htmlFor = box.id;
    label.textContent = "Afficher le mot de passe";
    group.append(box, label);
    field.after(group);
    const reveal = () => (field.type = box.checked ? "text" : "password");
    box.addEventListener("change", reveal);
    // What is sent is a password again, so that the browser never remembers it as a plain word.
    field.form?.addEventListener("submit", () => (field.type = "password"));
  });
}
