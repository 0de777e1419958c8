/*
 * Linked into a made-up libpcsclite, or preloaded: writes into the file $PCSC_SYS_EVENTS, a line
 * for each event, when that library is opened, initialised, closed and finished.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void event(const char *text)
{
    int file = open(getenv("PCSC_SYS_EVENTS"), O_WRONLY | O_APPEND);
    if (file < 0 || write(file, text, strlen(text)) < 0)
        abort();
    close(file);
}

#ifdef PRELOADED
void *dlopen(const char *name, int flags)
{
    void *(*next)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
    if (name && strstr(name, "pcsclite"))
        event("opened\n");
    return next(name, flags);
}

int dlclose(void *library)
{
    int (*next)(void *) = (int (*)(void *))dlsym(RTLD_NEXT, "dlclose");
    event("closed\n");
    return next(library);
}
#else
__attribute__((constructor)) static void initialise(void)
{
    event("initialised\n");
    /* So that the other threads call while the first one is still loading. */
    usleep(200000);
}

__attribute__((destructor)) static void finish(void)
{
    event("finished\n");
}
#endif
