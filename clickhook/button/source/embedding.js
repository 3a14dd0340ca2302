// Where the page stands: an iframe or a policy can take the microphone or the origin from it.

/** What keeps every button of this page from calling, each with its remedy, for the page's author. */
function listObstacles() {
  const obstacles = [];
  if (self.origin === "null") {
    obstacles.push("the page has no origin, by which the gateway knows its customer: add allow-same-origin to the iframe's sandbox.");
  }
  const policy = document.permissionsPolicy ?? document.featurePolicy; // Chromium's; other browsers tell nothing
  if (policy?.allowsFeature("microphone") === false) {
    obstacles.push('the microphone is forbidden here: the iframe needs allow="microphone", and a Permissions-Policy has to allow it.');
  }
  if (isFramed() && !isSecureContext && location.protocol === "https:") {
    obstacles.push("the page around the iframe is not https://, so the browser gives no microphone.");
  }
  return obstacles;
}

/** The page's address if it may do better in a tab of its own. */
function addressForTab() {
  return isFramed() && /^https?:$/.test(location.protocol) ? location.href : undefined;
}

/** `refused` is called where the sandbox allows no new tab. */
function tabLink(address, text, refused) {
  const link = document.createElement("a");
  Object.assign(link, { className: "clickhook-link", href: address, target: "_blank", textContent: text });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    if (!open(address, "_blank")) refused(); // a plain link would do nothing, and not tell
  });
  return link;
}

function isFramed() {
  return self !== top;
}
