// Where the page stands: an iframe or a policy can take the microphone or the origin from it.

/** What keeps this page from calling, each with its remedy, for the page's author. */
function listObstacles() {
  const obstacles = [];
  if (self.origin === "null") {
    obstacles.push(
      "the page has no origin, by which the gateway knows its customer: " +
        "add allow-same-origin to the iframe's sandbox.",
    );
  }
  const policy = document.permissionsPolicy ?? document.featurePolicy; // not in every browser
  if (policy?.allowsFeature("microphone") === false) {
    obstacles.push(
      'the microphone is forbidden here: the iframe needs allow="microphone", ' +
        "and a Permissions-Policy has to allow it.",
    );
  }
  return obstacles;
}

/** The page's address if it may do better in a tab of its own. */
function addressForTab() {
  return self !== top && /^https?:$/.test(location.protocol) ? location.href : undefined;
}

/** `refused` is called where the sandbox allows no new tab. */
function tabLink(address, text, refused) {
  const link = document.createElement("a");
  link.className = "clickhook-link";
  link.href = address;
  link.textContent = text;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    if (!open(address, "_blank")) refused(); // a plain link would do nothing, and not tell
  });
  return link;
}
