// What a test asks of a page: an object of functions, evaluated in the page.
(() => {
  function rgb(colour) {
    return colour.match(/[\d.]+/g).map(Number);
  }
  function behind(element) {
    for (let one = element; one; one = one.parentElement) {
      const found = rgb(getComputedStyle(one).backgroundColor);
      if (found.length === 3 || found[3] > 0.9) return found;
    }
    return [255, 255, 255];
  }
  function contrast(one, other) {
    const [light, dark] = [one, other].map(luminance).sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }
  function luminance([red, green, blue]) {
    const [r, g, b] = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  function isShown(element) {
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  }
  function shown() {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      if (!texts.currentNode.data.trim() || element.closest("script, style, noscript")) continue;
      if (isShown(element)) found.push(texts.currentNode);
    }
    return found;
  }

  return {
    // Unfold the menu of small screens.
    openMenu() {
      document.querySelector(".s-menu-narrow details")?.setAttribute("open", "");
    },

    // Note each control that takes the focus, and whether it can be seen that it has it. Return the
    // place of the one before a part of the page, and of the one after it.
    watchFocus(part) {
      window.stopWatching?.abort();
      document.activeElement.blur();
      window.stopWatching = new AbortController();
      const controls = [
        ...document.querySelectorAll(
          "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select:not([disabled]), textarea:not([disabled]), summary",
        ),
      ]
        .filter((one) => one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))
        // Arrows, not Tab, go through the choices of one question.
        .filter((one) => {
          if (one.type !== "radio") return true;
          const group = [...document.getElementsByName(one.name)];
          return one === (group.find((other) => other.checked) ?? group[0]);
        });
      controls.forEach((one, place) => (one.dataset.place = place));
      window.looked = { reached: [], unseen: [] };
      document.addEventListener("focusin", ({ target }) => {
        window.looked.reached.push(Number(target.dataset.place ?? -1));
        if (!isSeen(target)) window.looked.unseen.push(target.outerHTML.slice(0, 200));
      }, window.stopWatching);
      const places = controls.filter((one) => one.closest(part)).map((one) => Number(one.dataset.place));
      if (!places.length) return [0, 0];
      const [first, last] = [Math.min(...places), Math.max(...places)];
      return [Math.max(first - 1, 0), Math.min(last + 1, controls.length - 1)];

      function isSeen(target) {
        const label = target.labels?.[0];
        const drawn = [
          [target, null],
          [target, "::before"],
          [label, null],
          [label, "::before"],
          [target.parentElement, null],
        ];
        return drawn.some(([element, part]) => {
          if (!element) return false;
          const style = getComputedStyle(element, part);
          if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1) return false;
          return contrast(rgb(style.outlineColor), behind(element.parentElement)) >= 3;
        });
      }
    },

    // Space the text as a reader may (WCAG 1.4.12).
    spaceText() {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }",
      );
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    },

    // Double the letters, and find the text that does not follow (WCAG 1.4.4).
    enlargeText() {
      const size = (one) => parseFloat(getComputedStyle(one).fontSize);
      const texts = shown().map((text) => text.parentElement);
      const before = texts.map(size);
      const root = size(document.documentElement);
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`html { font-size: ${2 * root}px !important; }`);
      document.adoptedStyleSheets = [sheet];
      return texts
        .filter((one, place) => size(one) < 2 * before[place] - 0.5)
        .map((one) => one.outerHTML.slice(0, 150));
    },

    // Take all style away: find the text that goes with it, and what only a style puts in its place.
    unstyled() {
      const moved = [...document.querySelectorAll("body *")].filter((one) => {
        const style = getComputedStyle(one);
        return style.order !== "0" || /-reverse$/.test(style.flexDirection);
      });
      const texts = shown();
      document.adoptedStyleSheets = [];
      const sheets = [...document.styleSheets];
      sheets.forEach((sheet) => (sheet.disabled = true));
      const lost = texts.filter((text) => !isShown(text.parentElement));
      sheets.forEach((sheet) => (sheet.disabled = false));
      return [
        ...lost.map((text) => text.data.trim()),
        ...moved.map((one) => one.outerHTML.slice(0, 150)),
      ];
    },

    // Find what is cut: text wider or higher than the box that hides what goes beyond.
    clipped() {
      return [...document.querySelectorAll("body *")]
        .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.textContent.trim())
        .filter((one) => !one.closest(".fr-sr-only, select, .fr-skiplinks"))
        // Kept for those who listen, out of sight on purpose.
        .filter((one) => one.clientWidth > 1 && one.clientHeight > 1)
        .filter((one) => {
          const style = getComputedStyle(one);
          const hides = (axis) => ["hidden", "clip"].includes(style[`overflow${axis}`]);
          return (
            (hides("X") && one.scrollWidth > one.clientWidth + 1) ||
            (hides("Y") && one.scrollHeight > one.clientHeight + 1)
          );
        })
        .map((one) => one.outerHTML.slice(0, 200));
    },

    // Measure how far one must scroll sideways.
    overflow() {
      return Math.max(0, document.documentElement.scrollWidth - innerWidth);
    },

    // Give all that the page keeps in the browser.
    stored() {
      return JSON.stringify({ ...localStorage, ...sessionStorage });
    },

    // Find text that is hard to read on what is behind it. The design system draws its underlines
    // as pictures of the background, before which axe gives up.
    pale() {
      const found = new Set();
      for (const { parentElement: one } of shown()) {
        if (one.closest(".fr-sr-only")) continue;
        const field = one.closest("label")?.control ?? one.closest("select, button, option");
        if (field?.disabled) continue;
        const style = getComputedStyle(one);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        if (contrast(rgb(style.color), behind(one)) < (isLarge ? 3 : 4.5)) found.add(one.outerHTML.slice(0, 150));
      }
      return [...found];
    },

  };
})()
