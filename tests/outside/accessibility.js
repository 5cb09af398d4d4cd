// What a checker of accessibility would say, for the rules that a static page can break.
// Returns a list of faults, each a sentence.
() => {
  const faults = [];
  const seen = (node) => {
    const style = getComputedStyle(node);
    const box = node.getBoundingClientRect();
    return style.visibility !== "hidden" && style.display !== "none" && box.width > 1 && box.height > 1;
  };
  const channels = (color) => {
    const found = color.match(/[\d.]+/g).map(Number);
    return { rgb: found.slice(0, 3), alpha: found.length > 3 ? found[3] : 1 };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const background = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const { rgb, alpha } = channels(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return rgb;
    }
    return [255, 255, 255];
  };
  const name = (node) => `${node.tagName.toLowerCase()} "${(node.textContent || "").trim().slice(0, 40)}"`;

  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (!own || !seen(node) || ["STYLE", "TITLE"].includes(node.tagName)) continue;
    const style = getComputedStyle(node);
    const drawn = node instanceof SVGElement;
    const color = channels(drawn ? style.fill : style.color).rgb;
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    const ratio = contrast(color, background(node));
    if (ratio < (large ? 3 : 4.5)) faults.push(`contrast ${ratio.toFixed(2)} of ${name(node)}`);
    if (size < 9) faults.push(`text of ${size} px: ${name(node)}`);
  }
  for (const node of document.querySelectorAll("svg")) {
    const hidden = node.getAttribute("aria-hidden") === "true";
    if (!hidden && !(node.getAttribute("role") === "img" && node.getAttribute("aria-label")))
      faults.push(`a drawing without a name: ${node.outerHTML.slice(0, 80)}`);
  }
  // Marks that carry meaning stand out from the card, for those who see little.
  const marks = { current: 3, alert: 3, open: 3, ok: 3, "reference-line": 3, ink: 7 };
  const card = background(document.querySelector(".card"));
  const probe = document.body.appendChild(document.createElement("i"));
  for (const [role, least] of Object.entries(marks)) {
    const color = getComputedStyle(document.documentElement).getPropertyValue(`--${role}`).trim();
    const rgb = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    const ratio = contrast(rgb, card);
    if (!(ratio >= least)) faults.push(`contrast ${ratio.toFixed(2)} of the colour of ${role}`);
  }
  probe.remove();

  const headings = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((one) => +one.tagName[1]);
  if (headings.filter((one) => one === 1).length !== 1) faults.push("not one h1");
  headings.forEach((level, at) => {
    if (level > (headings[at - 1] || 0) + 1) faults.push(`heading ${level} after ${headings[at - 1]}`);
  });
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  if (new Set(ids).size !== ids.length) faults.push("an id is there twice");
  for (const node of document.querySelectorAll("[aria-labelledby]"))
    if (!document.getElementById(node.getAttribute("aria-labelledby")))
      faults.push(`a label that is not there: ${name(node)}`);
  for (const node of document.querySelectorAll("a, summary"))
    if (!node.textContent.trim()) faults.push("a link without a text");
  for (const node of document.querySelectorAll("a[href^='#']"))
    if (!document.getElementById(node.getAttribute("href").slice(1)))
      faults.push(`a link to nowhere: ${name(node)}`);
  for (const node of document.querySelectorAll("th"))
    if (!node.scope) faults.push(`a table's heading without a scope: ${name(node)}`);
  for (const node of document.querySelectorAll("table"))
    if (!node.closest("[role=region][aria-label]") && !node.caption)
      faults.push("a table without a name");
  for (const node of document.querySelectorAll("ul, ol"))
    if ([...node.children].some((one) => one.tagName !== "LI")) faults.push("a list with no item in it");
  for (const node of document.querySelectorAll("body *"))
    if (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX === "auto")
      if (node.tabIndex !== 0 || !node.getAttribute("aria-label"))
        faults.push(`what scrolls cannot be reached by keyboard: ${name(node)}`);
  if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title.trim()) faults.push("no title");
  return faults;
}
