// What the button is made of.
const HANDSET =
  "M6.6 10.8a15 15 0 0 0 6.6 6.6l2.2-2.2a1 1 0 0 1 1-.24 11.4 11.4 0 0 0 3.6.57 1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 17 0 0 1 3 4a1 1 0 0 1 1-1h3.5a1 1 0 0 1 1 1c0 1.25.2 2.45.57 3.57a1 1 0 0 1-.25 1.02z";

let drawn = 0;

function part(tag, name, attributes = {}) {
  const element = document.createElement(tag);
  element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function draw(host, { plain, language }) {
  // A copy of a button brings the markup of its original.
  host.querySelectorAll(":scope > .clickhook").forEach((copied) => copied.remove());
  const id = `clickhook-status-${++drawn}`;
  const frame = part("div", "clickhook", { lang: language });
  const button = part("button", "clickhook-button", { type: "button", "aria-describedby": id });
  // On a page from right to left, words of another direction keep theirs.
  const label = part("span", "clickhook-label", { dir: "auto" });
  const status = part("p", "clickhook-status", { id, role: "status", dir: "auto" });
  const timer = part("span", "clickhook-timer", { role: "timer", "aria-live": "off" }); // seen, not read out each second
  const sound = part("div", "clickhook-sound", { hidden: "" });
  if (!plain) button.append(handset());
  button.append(label);
  const news = part("div", "clickhook-news");
  news.append(status, timer);
  frame.append(button, news, sound);
  if (plain) host.append(frame);
  else styled(host).append(frame);
  return { frame, button, label, news, status, timer, sound };
}

/** A style sheet made by script is no inline style to a Content-Security-Policy. */
function styled(host) {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOOK);
  root.adoptedStyleSheets = [sheet];
  return root;
}

/** A browser may pause sound that is taken out of the page. */
function playOn(sound) {
  for (const media of sound.querySelectorAll("video, audio")) {
    if (media.paused) media.play().catch(() => {});
  }
}

function handset() {
  const create = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const icon = create("svg", { viewBox: "0 0 24 24", class: "clickhook-icon", "aria-hidden": "true" });
  icon.append(create("path", { d: HANDSET }));
  return icon;
}
