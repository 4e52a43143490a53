// The stream of rows, opened again for as long as the page is there. What was missed comes with the next connection.

const AGAIN = 2000; // milliseconds
const PATIENCE = 1500; // until a lost connection is worth a word

export function follow(url, { onBoard, onRows, onLive, onLost }) {
  let lastId = "";
  let worry = 0;

  const lost = () => {
    worry ||= setTimeout(onLost, PATIENCE);
  };
  const take = (handle) => (event) => {
    clearTimeout(worry);
    worry = 0;
    lastId = event.lastEventId;
    handle(JSON.parse(event.data));
    onLive();
  };
  const open = () => {
    const source = new EventSource(lastId ? `${url}?after=${encodeURIComponent(lastId)}` : url);
    source.addEventListener("board", take(onBoard));
    source.addEventListener("rows", take(onRows));
    source.onerror = () => {
      lost();
      if (source.readyState === EventSource.CLOSED) setTimeout(open, AGAIN);
    };
  };
  open();
}
