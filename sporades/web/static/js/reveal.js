/* Shows a question only when the answer it depends on calls for it.

   A control with data-shown-when="name=value other" is shown, with its label, while the
   control called "name" has one of these values. Without script it is always there, and the
   server knows by itself whether its answer counts. */
export function reveal() {
  document.querySelectorAll("form").forEach((form) => {
    const waiting = [...form.querySelectorAll("[data-shown-when]")];
    if (!waiting.length) return;
    const apply = () => waiting.forEach((control) => show(form, control));
    form.addEventListener("change", apply);
    apply();
  });
}

function show(form, control) {
  const [name, values] = control.dataset.shownWhen.split("=");
  const answered = new FormData(form).getAll(name);
  const isCalledFor = values.split(" ").some((value) => answered.includes(value));
  const holder = control.closest(".s-field");
  // What is wrong stays in sight, whatever the answers.
  if (holder) holder.hidden = !isCalledFor && !holder.classList.contains("s-field--error");
}
