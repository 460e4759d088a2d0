"use strict";
(() => {
  const root = document.documentElement;
  const all = (what, inside = document) => [...inside.querySelectorAll(what)];
  const kept = {
    get(name) { try { return localStorage.getItem(name); } catch { return null; } },
    set(name, value) { try { localStorage.setItem(name, value); } catch { /* a browser may forbid it */ } },
  };
  const say = (text) => { document.getElementById("said").textContent = text; };

  // Language: the place on the page stays the same
  const switches = all("button[data-language]");
  const speak = (language) => {
    for (const button of switches) {
      const own = button.dataset.language === language;
      button.setAttribute("aria-pressed", String(own));
      document.getElementById(button.dataset.language).hidden = !own;
      if (own) { root.lang = button.lang; document.title = button.dataset.title; }
    }
  };
  const topmost = () => all("article:not([hidden]) section").findLast((part) => part.getBoundingClientRect().top < 120);
  for (const button of switches) {
    button.addEventListener("click", () => {
      const part = topmost();
      speak(button.dataset.language);
      kept.set("wutong-language", button.dataset.language);
      if (part) document.getElementById(part.id.replace(/^\w+/, button.dataset.language)).scrollIntoView({ behavior: "instant" });
    });
  }
  const wanted = /^#(zh|en)\b/.exec(location.hash);
  const language = wanted ? wanted[1] : kept.get("wutong-language");
  if (switches.some((button) => button.dataset.language === language)) speak(language);

  // Dark or light: what the system says until the button is pressed
  const dark = document.getElementById("dark");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.look ? root.dataset.look === "dark" : system.matches);
  const shown = () => dark.setAttribute("aria-pressed", String(isDark()));
  const look = kept.get("wutong-look");
  if (look === "dark" || look === "light") root.dataset.look = look;
  dark.addEventListener("click", () => {
    root.dataset.look = isDark() ? "light" : "dark";
    kept.set("wutong-look", root.dataset.look);
    shown();
  });
  system.addEventListener("change", shown);
  shown();

  // Sorting: what is empty stays last
  const keyOf = (cell, numeric) => {
    if (!numeric) return cell.textContent;
    return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
  };
  const sort = (heading) => {
    const table = heading.closest("table");
    const place = heading.cellIndex;
    const numeric = heading.classList.contains("number");
    const up = heading.getAttribute("aria-sort") !== "ascending";
    const words = new Intl.Collator(root.lang, { numeric: true });
    const rows = [...table.tBodies[0].rows].map((row) => [keyOf(row.cells[place], numeric), row]);
    rows.sort(([one], [other]) => {
      if (one === null || other === null) return (one === null) - (other === null);
      return (up ? 1 : -1) * (numeric ? one - other : words.compare(one, other));
    });
    for (const other of all("th[aria-sort]", table)) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };
  for (const button of all("th > button")) button.addEventListener("click", () => sort(button.parentElement));

  // Copying: tab-separated, numbers as numbers, no text that a spreadsheet takes for a formula
  const plain = (cell) => {
    if (cell.dataset.value !== undefined) return cell.dataset.value;
    const text = cell.textContent.replace(/\s+/g, " ").trim();
    return /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
  };
  const copied = async (text) => {
    try { await navigator.clipboard.writeText(text); return; } catch { /* older browsers, or a file from disk */ }
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };
  for (const button of all("button.copy")) {
    const name = button.textContent;
    button.addEventListener("click", async () => {
      const rows = [...document.getElementById(button.dataset.table).rows];
      await copied(rows.map((row) => [...row.cells].map(plain).join("\t")).join("\r\n"));
      button.focus();
      button.textContent = button.dataset.copied;
      say(button.dataset.copied);
      setTimeout(() => { button.textContent = name; }, 2000);
    });
  }
})();
