// What jemalloc reads at start: give memory back to the system a second after a burst, on a thread of its
// own.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
