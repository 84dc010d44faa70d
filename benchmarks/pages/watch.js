// Before the page's own scripts: when `done` came in for an asset, when its picture was painted, how long tasks were.
window.watched = { done: {}, painted: {}, tasks: [] };

window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener("message", ({ data }) => {
      const at = performance.now();
      const { data: asset } = JSON.parse(data);
      if (asset.stage === "done") window.watched.done[asset.asset_id] ??= at;
    });
  }
};

// The browser tells of tasks from 50 ms.
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) window.watched.tasks.push({ at: startTime, ms: duration });
}).observe({ type: "longtask", buffered: true });

// Only the picture itself comes in several widths; it is made visible once it is decoded. The task after the frame that does so.
const noticePainted = (id) =>
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      window.watched.painted[id] ??= performance.now();
      port1.close();
    };
    port2.postMessage(null);
  });
new MutationObserver((changes) => {
  for (const { target } of changes) {
    if (!target.matches("[data-asset-id] img[srcset][data-shown]")) continue;
    noticePainted(target.closest("[data-asset-id]").dataset.assetId);
  }
}).observe(document, { subtree: true, attributeFilter: ["data-shown"] });
