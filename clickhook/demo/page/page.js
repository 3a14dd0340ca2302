// Shows the button's events, as a page's analytics would count them.
const list = document.getElementById("events");
for (const name of ["connecting", "ringing", "talking", "ended", "busy", "refused", "failed"]) {
  document.addEventListener(`clickhook:${name}`, ({ type, detail, target }) => {
    const item = document.createElement("li");
    const { reason, seconds } = detail;
    const more = [target.dataset.callee, reason, seconds ? `${seconds} s` : ""].filter(Boolean).join(", ");
    item.textContent = `${new Date().toLocaleTimeString()} ${type} (${more})`;
    list.append(item);
  });
}
