/* Suggests official names under a text field, as one types: the ARIA combobox pattern with a
   list box. Any text remains allowed: the list helps, it never decides.

   <input type="text" data-suggest="/url" data-suggest-code="id_of_a_hidden_field">
   The address answers GET ?q=… with JSON:
     {"results": [{"code": "59350", "label": "Lille", "detail": "Nord", "within": "59"}]}
   Picking one writes its label in the field and its code in the hidden field, and says under the
   field which of its namesakes it is, also once the page has come again; typing again empties both. data-suggest-with="id" sends that
   field's value too, under its name (a department narrows its communes); a postcode that is typed
   there narrows them to so few that they are suggested as the field is entered, before a letter; a
   list follows what is picked ("within"), and forgets it with it. Arrows move, Enter picks, Escape closes, Home and End
   stay the cursor's. */
const FEWEST = 2;
const QUIET = 180;
// What is said as the list closes is drowned in what is said of the field.
const HEARD = 500;
// How many the server gives at most: there may be more.
const MOST = 20;
// A department in its list: « 59 - Nord ».
const NUMBERED = /^(\S+) - (.*)$/;
let count = 0;

export function suggest() {
  document.querySelectorAll("input[data-suggest]").forEach((field) => field.readOnly || make(field));
}

function make(field) {
  count += 1;
  const code = document.getElementById(field.dataset.suggestCode);
  const narrowing = document.getElementById(field.dataset.suggestWith);
  const list = document.createElement("ul");
  list.id = `propositions-${count}`;
  list.className = "s-suggest__list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Propositions");
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "fr-sr-only";
  status.setAttribute("role", "status");
  const holder = document.createElement("div");
  holder.className = "s-suggest";
  field.replaceWith(holder);
  const which = document.createElement("p");
  which.id = `${list.id}-choisie`;
  which.className = "s-suggest__which fr-hint-text";
  holder.append(field, list, which, status);
  describe(field, which.id);

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  // A field that says what it is to the browser goes on saying it (« address-level2 »).
  field.autocomplete ||= "off";

  let found = [];
  let at = -1;
  let timer = 0;
  let heard = 0;
  let asked = null;
  let filled = "";
  let place = "";

  function show(items) {
    found = items;
    at = -1;
    list.replaceChildren(
      ...items.map((item, index) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${index}`;
        option.className = "s-suggest__option";
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(item.label);
        if (item.detail) {
          const detail = document.createElement("span");
          detail.className = "s-suggest__detail";
          detail.textContent = ` (${item.detail})`;
          option.append(detail);
        }
        // The field keeps the focus; a press that is let go elsewhere picks nothing.
        option.addEventListener("mousedown", (event) => event.preventDefault());
        option.addEventListener("click", () => pick(index));
        return option;
      }),
    );
    list.hidden = !items.length;
    if (items.length) list.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.removeAttribute("aria-activedescendant");
  }

  function close() {
    clearTimeout(timer);
    asked?.abort();
    show([]);
    // What was said of a list is true of it alone.
    status.textContent = "";
  }

  function move(index) {
    at = (index + found.length) % found.length;
    [...list.children].forEach((option, place) =>
      option.setAttribute("aria-selected", String(place === at)),
    );
    field.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function pick(index) {
    const { label, detail, within, code: its } = found[index];
    const whole = detail ? `${label} (${detail})` : label;
    field.value = label;
    if (code) code.value = its;
    which.textContent = detail ? chosen(whole) : "";
    close();
    mended(field);
    const fills = within && narrowing?.tagName === "SELECT" && narrowing.value !== within;
    clearTimeout(heard);
    heard = setTimeout(
      () => (status.textContent = `${whole} choisi.${fills ? follows(narrowing) : ""}`),
      HEARD,
    );
    place = within ?? "";
    if (fills) {
      narrowing.value = filled = within;
      narrowing.dispatchEvent(new Event("change", { bubbles: true }));
    }
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* What was picked is picked no more: neither is the department that came with it. */
  function forget() {
    if (code) code.value = "";
    which.textContent = "";
    if (filled && narrowing.value === filled) narrowing.value = "";
    filled = "";
  }

  async function ask() {
    const typed = field.value.trim();
    if (typed.length < (isNarrow(narrowing) ? 0 : FEWEST)) return close();
    asked?.abort();
    asked = new AbortController();
    const address = new URL(field.dataset.suggest, location.href);
    address.searchParams.set("q", typed);
    if (narrowing?.value) address.searchParams.set(narrowing.name, narrowing.value);
    try {
      const answer = await fetch(address, {
        headers: { Accept: "application/json" },
        signal: asked.signal,
      });
      if (!answer.ok) return;
      const { results } = await answer.json();
      if (document.activeElement !== field || field.value.trim() !== typed) return;
      show(results);
      status.textContent = results.length
        ? `${results.length} proposition${results.length > 1 ? "s" : ""}${results.length < MOST ? "" : " au plus : écrivez-en davantage pour en voir d'autres"}.`
        : `Aucune proposition${among(narrowing)} : vous pouvez garder ce que vous avez saisi.`;
    } catch {
      /* No network, or typed on: the field stays a plain field. */
    }
  }

  // A page that comes again says again which was picked, by the department that goes with it.
  const its = narrowing?.tagName === "SELECT" ? narrowing.selectedOptions[0] : null;
  if (field.value && code?.value && its?.value) {
    place = its.value;
    which.textContent = chosen(`${field.value} (${its.text.trim().replace(NUMBERED, "$2, $1")})`);
  }

  field.addEventListener("input", () => {
    forget();
    clearTimeout(heard);
    clearTimeout(timer);
    timer = setTimeout(ask, QUIET);
  });
  field.addEventListener("focus", () => !field.value && isNarrow(narrowing) && ask());
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (list.hidden) {
      if (event.key === "ArrowDown") ask();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      move(at < 0 && step < 0 ? found.length - 1 : at + step);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      pick(at);
    }
  });
  field.addEventListener("blur", close);
  // Another department than that of the commune: it is not the one that was picked.
  narrowing?.addEventListener("change", () => narrowing.value && narrowing.value !== place && forget());
}

function chosen(whole) {
  return `Choisi\u00a0: ${whole}`;
}

/* A postcode has few communes, a department has hundreds. */
function isNarrow(narrowing) {
  return narrowing?.tagName !== "SELECT" && /^\d{2} ?\d{3}$/.test(narrowing?.value.trim() ?? "");
}

/* Says what a list that follows says now. */
function follows(narrowing) {
  const name = narrowing.labels[0].firstChild.textContent.trim();
  return ` ${name}\u00a0: ${narrowing.selectedOptions[0].text}.`;
}

/* A postcode mistyped, another department: it may be why there is nothing. */
function among(narrowing) {
  if (!narrowing?.value) return "";
  return narrowing.tagName === "SELECT" ? " dans ce département" : " pour ce code postal, à vérifier";
}

function describe(field, id) {
  const before = field.getAttribute("aria-describedby");
  field.setAttribute("aria-describedby", before ? `${before} ${id}` : id);
}

/* What was refused is not what is picked: its error leaves with it. */
function mended(field) {
  const error = field.getAttribute("aria-invalid") === "true" && document.getElementById(`${field.id}_error`);
  if (!error) return;
  error.remove();
  field.closest(".s-field")?.classList.remove("s-field--error");
  field.setAttribute("aria-invalid", "false");
  const left = (field.getAttribute("aria-describedby") || "").split(" ").filter((id) => id !== error.id);
  field.setAttribute("aria-describedby", left.join(" "));
}
