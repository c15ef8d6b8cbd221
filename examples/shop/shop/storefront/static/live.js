// Keeps what a page shows fresh. Every page is whole without it.
// Stock comes over a WebSocket, what happens to orders as server-sent events.

const few = 5;
const longestWaitMs = 30_000;
const tickerLength = 5;

const stockText = (left) =>
  left === 0 ? "Sold out" : left <= few ? `Only ${left} left` : `${left} in stock`;
const stockLevel = (left) => (left === 0 ? "none" : left <= few ? "few" : "fine");

function showStock(stock) {
  for (const element of document.querySelectorAll("[data-stock-of]")) {
    const left = stock[element.dataset.stockOf];
    if (left === undefined) continue;
    const text = stockText(left);
    if (element.textContent && element.textContent !== text) {
      element.classList.remove("changed");
      requestAnimationFrame(() => element.classList.add("changed"));
    }
    element.textContent = text;
    element.dataset.level = stockLevel(left);
  }
  for (const button of document.querySelectorAll("[data-needs-stock-of]")) {
    const left = stock[button.dataset.needsStockOf];
    if (left !== undefined) button.disabled = left === 0;
  }
}

function watchStock(path) {
  let waitMs = 1000;
  const connect = () => {
    const url = new URL(path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    socket.addEventListener("message", (message) => {
      waitMs = 1000;
      showStock(JSON.parse(message.data).stock);
    });
    socket.addEventListener("close", () => {
      setTimeout(connect, waitMs);
      waitMs = Math.min(waitMs * 2, longestWaitMs);
    });
  };
  connect();
}

const happenings = {
  "order.pending": "received",
  "order.paid": "paid",
  "order.declined": "declined",
  "order.cancelling": "being refunded",
  "order.cancelled": "cancelled",
};
const statusWords = {
  pending: "Waiting for billing",
  paid: "Paid",
  declined: "Declined",
  delivered: "Delivered",
  cancelling: "Being refunded",
  cancelled: "Cancelled",
};
const money = (cents) =>
  `€${Math.floor(cents / 100).toLocaleString("en-GB")}.${String(cents % 100).padStart(2, "0")}`;

function part(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function tickerEntry({ type, order }) {
  const link = part("a", "", `Order ${order.number}`);
  link.href = `/orders/${order.id}`;
  const entry = document.createElement("li");
  entry.append(
    link,
    ` ${happenings[type] ?? type} `,
    part("span", "quiet", `${order.reference}, ${money(order.total_cents)}`),
  );
  return entry;
}

function watchOrders(ticker) {
  const list = ticker.querySelector("[data-ticker]");
  const state = ticker.querySelector("[data-ticker-state]");
  const source = new EventSource(ticker.dataset.orderStream);
  let isFirst = true;
  source.addEventListener("open", () => {
    ticker.hidden = false;
    ticker.dataset.state = state.textContent = "Live";
  });
  source.addEventListener("error", () => {
    ticker.dataset.state = state.textContent = "Reconnecting";
  });
  source.addEventListener("order", (message) => {
    const event = JSON.parse(message.data);
    if (isFirst) list.replaceChildren();
    isFirst = false;
    list.prepend(tickerEntry(event));
    while (list.children.length > tickerLength) list.lastElementChild.remove();
    const status = document.querySelector(`[data-order="${CSS.escape(event.order.id)}"] .status`);
    if (status) {
      status.dataset.status = event.order.status;
      status.textContent = statusWords[event.order.status] ?? event.order.status;
    }
  });
}

const shelf = document.querySelector("[data-stock-stream]");
if (shelf) watchStock(shelf.dataset.stockStream);
const ticker = document.querySelector("[data-order-stream]");
if (ticker) watchOrders(ticker);
