// Only where LAPEL_TRACE_START is set: tells, by the page's title, when the first page is on the screen.
(() => {
  const cells = () => document.querySelectorAll("[data-painted-when]");
  const inView = (element) => {
    const box = element.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  };
  const painted = () => {
    const art = [...cells()].flatMap((cell) => [...cell.querySelectorAll("img")]).filter(inView);
    return cells().length > 0 && art.every((image) => image.complete && image.naturalWidth > 0);
  };
  const look = () => {
    if (!painted()) return requestAnimationFrame(look);
    requestAnimationFrame(() => requestAnimationFrame(() => (document.title = `painted:${cells().length}`)));
  };
  requestAnimationFrame(look);
})();
