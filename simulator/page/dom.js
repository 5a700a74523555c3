// Elements, without HTML from strings: whatever a call says is text.

/**
 * Makes an element. Properties are set as properties, except `dataset` and names with a dash,
 * which are attributes; `on` holds listeners. Strings among the children become text.
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "dataset") {
      Object.assign(element.dataset, value);
    } else if (name.includes("-") || name === "role") {
      element.setAttribute(name, value);
    } else {
      element[name] = value;
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets a text only if it is another: live regions announce every change. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes the options of a select these, and keeps what is selected if it is still there. */
export function setOptions(select, options) {
  const key = JSON.stringify(options);
  if (select.dataset.options === key) return;
  select.dataset.options = key;
  const selected = select.value;
  select.replaceChildren(...options.map(([value, label]) => el("option", { value }, label)));
  if (options.some(([value]) => value === selected)) select.value = selected;
}

/** Seconds as `1:05`. */
export function clockTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Whether a scrolled box shows its end. */
export function atEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 40;
}

/** XML with one element a line, as coloured spans; as it is if it is no XML. */
export function prettyXml(text) {
  const pre = el("pre", { className: "xml", tabIndex: 0 });
  const parsed = new DOMParser().parseFromString(text, "text/xml");
  if (!text.trim() || parsed.querySelector("parsererror")) {
    pre.append(text);
    return pre;
  }
  const write = (kind, part) => pre.append(el("span", { className: kind }, part));
  const tag = (node, end) => {
    write("tag", `<${node.nodeName}`);
    for (const { name, value } of node.attributes) {
      write("attribute", ` ${name}=`);
      write("value", `"${escape(value).replaceAll('"', "&quot;")}"`);
    }
    write("tag", end);
  };
  const inline = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return pre.append(escape(node.data.replace(/\s+/g, " ")));
    if (node.nodeType !== Node.ELEMENT_NODE) return pre.append(new XMLSerializer().serializeToString(node));
    if (!node.childNodes.length) return tag(node, "/>");
    tag(node, ">");
    node.childNodes.forEach(inline);
    write("tag", `</${node.nodeName}>`);
  };
  const block = (node, indent) => {
    const children = [...node.childNodes].filter((child) => child.nodeType !== Node.TEXT_NODE || child.data.trim());
    pre.append(indent);
    if (!children.length || children.some((child) => child.nodeType !== Node.ELEMENT_NODE && child.nodeType !== Node.COMMENT_NODE)) {
      inline(node);
      return pre.append("\n");
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return inline(node);
    tag(node, ">");
    pre.append("\n");
    children.forEach((child) => block(child, `${indent}  `));
    write("tag", `${indent}</${node.nodeName}>`);
    pre.append("\n");
  };
  block(parsed.documentElement, "");
  return pre;
}

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
