/* Keeps apart the boxes that were ticked for one answer and for another.

   Boxes with data-ticked-for="name" belong to what is chosen in the control called "name": when
   another answer is chosen there, they show what was ticked for it, nothing at first. Those of the
   answer that is left come back with it. Without script they stay as they are. */
export function ticked() {
  document.querySelectorAll("form").forEach((form) => {
    const names = new Set([...form.querySelectorAll("[data-ticked-for]")].map((one) => one.dataset.tickedFor));
    names.forEach((name) => follow(form, name));
  });
}

function follow(form, name) {
  const boxes = [...form.querySelectorAll(`[data-ticked-for="${CSS.escape(name)}"]`)];
  const chosen = () => new FormData(form).get(name) ?? "";
  const kept = new Map();
  let current = chosen();
  form.addEventListener("change", () => {
    const now = chosen();
    if (now === current) return;
    kept.set(current, boxes.map((box) => box.checked));
    // Before any answer nothing was ticked for one: what is there is for the first.
    if (current) boxes.forEach((box, rank) => (box.checked = kept.get(now)?.[rank] ?? false));
    current = now;
  });
}
