// The event stream of the board, reopened while the page is open. The next connection sends what was missed.

const REOPEN_AFTER = 2000; // milliseconds
const REPORT_LOSS_AFTER = 1500; // milliseconds; shorter losses are not shown

export function follow(url, { onBoard, onRows, onLive, onLost }) {
  let lastId = "";
  let lossTimer = 0;

  const lost = () => {
    lossTimer ||= setTimeout(onLost, REPORT_LOSS_AFTER);
  };
  const receive = (handle) => (event) => {
    clearTimeout(lossTimer);
    lossTimer = 0;
    lastId = event.lastEventId;
    handle(JSON.parse(event.data));
    onLive();
  };
  const open = () => {
    const source = new EventSource(lastId ? `${url}?after=${encodeURIComponent(lastId)}` : url);
    source.addEventListener("board", receive(onBoard));
    source.addEventListener("rows", receive(onRows));
    source.onerror = () => {
      lost();
      if (source.readyState === EventSource.CLOSED) setTimeout(open, REOPEN_AFTER);
    };
  };
  open();
}
