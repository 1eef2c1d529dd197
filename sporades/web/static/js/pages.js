/* A page of a paper may lie on its side, or be small: where a list is marked data-pages, each of
   its pages gets buttons that turn it (key « r ») and make it larger, and one that was not drawn since
   others were is asked for again. It opens by itself as it is turned. Without script, it opens by itself,
   and a link turns it. */
const SIZES = [100, 150, 200, 300];
const TRIES = 5;
const TURNED = "tourner";

export function pages() {
  document.querySelectorAll("[data-pages] > li").forEach((page, place) => {
    page.querySelector(":scope > .s-pages__bar")?.remove();
    const sheet = page.querySelector("a");
    const image = sheet.querySelector("img");
    const size = { place: 0, turned: 0, drawn: drawnTurned(sheet) };
    askAgain(image);
    const frame = document.createElement("div");
    frame.className = "s-pages__frame";
    sheet.replaceWith(frame);
    frame.append(sheet);
    const bar = document.createElement("p");
    bar.className = "s-pages__bar";
    const button = (text, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "fr-btn fr-btn--tertiary fr-btn--sm";
      made.append(text, hidden(` : page ${place + 1}`));
      made.addEventListener("click", () => {
        act();
        show(sheet, image, size);
        stop(larger, size.place === SIZES.length - 1);
        stop(smaller, size.place === 0);
        // What is wider than its place is scrolled by keyboard too.
        frame.tabIndex = size.place ? 0 : -1;
      });
      bar.append(made);
      return made;
    };
    button("Tourner", () => (size.turned = (size.turned + 1) % 4)).dataset.key = "r";
    const larger = button("Agrandir", () => (size.place = Math.min(size.place + 1, SIZES.length - 1)));
    const smaller = button("Réduire", () => (size.place = Math.max(size.place - 1, 0)));
    stop(smaller, true);
    page.prepend(bar);
  });
}

/* A button that does no more keeps the focus of who has just pressed it. */
function stop(button, isAtItsEnd) {
  button.setAttribute("aria-disabled", isAtItsEnd);
}

function askAgain(image) {
  let tries = 0;
  let isWaiting = false;
  const ask = () => {
    isWaiting = false;
    image.src = image.getAttribute("src");
  };
  const later = () => {
    if (isWaiting || tries === TRIES) return;
    isWaiting = true;
    setTimeout(ask, 1000 * 2 ** tries++);
  };
  image.addEventListener("error", later);
  // It may have failed before this was listening.
  if (image.complete && !image.naturalWidth) later();
}

function show(sheet, image, size) {
  const isOnItsSide = size.turned % 2 === 1;
  const { naturalWidth: width, naturalHeight: height } = image;
  sheet.style.width = `${SIZES[size.place]}%`;
  sheet.dataset.turned = size.turned;
  // On its side it is as wide as it was high: its place follows.
  sheet.style.aspectRatio = isOnItsSide && width ? `${height} / ${width}` : "";
  image.style.width = isOnItsSide && width ? `${(100 * width) / height}%` : "";
  const address = new URL(sheet.href);
  address.searchParams.set(TURNED, (size.drawn + 90 * size.turned) % 360);
  sheet.href = address;
}

/* By how many degrees the page is turned as it is drawn. */
function drawnTurned(sheet) {
  return Number(new URL(sheet.href).searchParams.get(TURNED));
}

function hidden(text) {
  const made = document.createElement("span");
  made.className = "fr-sr-only";
  made.textContent = text;
  return made;
}
