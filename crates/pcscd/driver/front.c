/*
 * A driver for pcscd that stands in front of another one, and answers what that one does not.
 *
 * What it answers, and how it fails, is said by files beside it, which may come and go at any time. The driver behind
 * "x.so" is "x.so.behind", and the files of slot 0 are, all of them optional:
 *
 *   x.so.0.unavailable          the reader does not say whether there is a card
 *   x.so.0.mute                 a card cannot be powered
 *   x.so.0.event                a pipe: a byte says that a card came or went, or that the reader answers or not
 *   x.so.0.control-42000D48     the answer to this control code
 *   x.so.0.attribute-00010100   the value of this attribute; a program that sets the attribute writes the file
 *
 * All else goes to the driver behind. The interface is version 3 of that of pcsc-lite's ifdhandler.h; its few types and
 * numbers stand here, so that no header has to be installed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned char Byte;
typedef unsigned long Dword;
typedef long Result;
typedef struct { Dword protocol, length; } Header;

enum {
    POWER_DOWN = 501,
    SUCCESS = 0,
    SET_FAILURE = 601,
    POWER_FAILURE = 608,
    COMMUNICATION_ERROR = 612,
    INSUFFICIENT_BUFFER = 618
};

/* What pcscd asks for the functions below: that which waits for an event, and that which ends the wait. */
enum { WAIT = 0x0FB3, STOP = 0x0FB2 };

/* How often pcscd would look by itself, in milliseconds, and the time after which it takes a card's power. */
enum { LOOK = 400, GRACE = 5000 };

/* This control code sends back what it gets. */
#define ECHO 0x42000ABCul

static char self[4096];
static void *behind;

static void open_behind(void)
{
    Dl_info info;
    char path[sizeof self + 8];
    if (!dladdr((void *)open_behind, &info) || strlen(info.dli_fname) >= sizeof self)
        abort();
    strcpy(self, info.dli_fname);
    sprintf(path, "%s.behind", self);
    behind = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!behind) {
        fprintf(stderr, "%s\n", dlerror());
        abort();
    }
}

static void be_ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_behind);
}

/* Returns a function of the driver behind, of the same name and type as the one that asks. */
static void *function_behind(const char *name)
{
    void *function;
    be_ready();
    function = dlsym(behind, name);
    if (!function)
        abort();
    return function;
}

#define BEHIND(function) ((__typeof__(&function))function_behind(#function))

typedef char Path[sizeof self + 64];

/* Writes down where a slot's file is. */
static void find(Path path, Dword lun, const char *name)
{
    be_ready();
    sprintf(path, "%s.%lu.%s", self, lun & 0xFFFF, name);
}

/* Opens a slot's file; null where there is none. */
static FILE *file(Dword lun, const char *name)
{
    Path path;
    find(path, lun, name);
    return fopen(path, "r");
}

static int is_set(Dword lun, const char *name)
{
    Path path;
    find(path, lun, name);
    return access(path, F_OK) == 0;
}

/* Writes a slot's file in one step, for nobody ever to read a part of it. */
static Result replace(Dword lun, const char *name, const Byte *content, Dword length)
{
    Path path, written;
    FILE *file;
    Dword count;
    find(path, lun, name);
    find(written, lun, "set");
    file = fopen(written, "w");
    if (!file)
        return SET_FAILURE;
    count = fwrite(content, 1, length, file);
    if (fclose(file) != 0 || count != length || rename(written, path) != 0)
        return SET_FAILURE;
    return SUCCESS;
}

/* Reads a file into a buffer of so many bytes. */
static Result read_whole(FILE *from, Byte *buffer, Dword room, Dword *length)
{
    *length = fread(buffer, 1, room, from);
    return fgetc(from) == EOF ? SUCCESS : INSUFFICIENT_BUFFER;
}

Result IFDHCreateChannelByName(Dword lun, char *name)
{
    return BEHIND(IFDHCreateChannelByName)(lun, name);
}

Result IFDHCreateChannel(Dword lun, Dword channel)
{
    return BEHIND(IFDHCreateChannel)(lun, channel);
}

Result IFDHCloseChannel(Dword lun)
{
    return BEHIND(IFDHCloseChannel)(lun);
}

/* Opens a slot's pipe, once: what is written to it then waits to be read, whatever pcscd does meanwhile. */
static int pipe_of(Dword lun)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static int pipes[16];
    Path path;
    int slot = lun & 15, pipe;
    pthread_mutex_lock(&lock);
    if (!pipes[slot]) {
        find(path, lun, "event");
        /* Writing too, so that a pipe whose other end is closed has no end. */
        pipes[slot] = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) + 1;
    }
    pipe = pipes[slot] - 1;
    pthread_mutex_unlock(&lock);
    return pipe;
}

/* Waits for a byte in the slot's pipe, as the driver of a USB reader does for an interrupt: pcscd then looks at once. It takes
 * an end of the time before which nothing came for one at which a card that nobody uses loses its power. */
static Result wait_for_event(Dword lun, int time)
{
    struct pollfd pipe = {-1, POLLIN, 0};
    char bytes[64];
    pipe.fd = pipe_of(lun);
    if (pipe.fd < 0)
        return COMMUNICATION_ERROR;
    if (poll(&pipe, 1, time == GRACE ? GRACE : LOOK) == 1)
        while (read(pipe.fd, bytes, sizeof bytes) == sizeof bytes)
            ;
    return SUCCESS;
}

static Result end_wait(Dword lun)
{
    if (write(pipe_of(lun), "", 1) != 1)
        fprintf(stderr, "the pipe of slot %lu is full\n", lun);
    return SUCCESS;
}

/* Hands a function out, to slots that have a pipe. */
static Result capability(Dword lun, const void *function, Dword *length, Byte *value)
{
    if (!is_set(lun, "event") || pipe_of(lun) < 0 || *length < sizeof function)
        return COMMUNICATION_ERROR;
    *length = sizeof function;
    memcpy(value, &function, sizeof function);
    return SUCCESS;
}

Result IFDHGetCapabilities(Dword lun, Dword tag, Dword *length, Byte *value)
{
    char name[32];
    FILE *attribute;
    Result result;
    if (tag == WAIT)
        return capability(lun, wait_for_event, length, value);
    if (tag == STOP)
        return capability(lun, end_wait, length, value);
    sprintf(name, "attribute-%08lX", tag);
    attribute = file(lun, name);
    if (!attribute)
        return BEHIND(IFDHGetCapabilities)(lun, tag, length, value);
    result = read_whole(attribute, value, *length, length);
    fclose(attribute);
    return result;
}

Result IFDHSetCapabilities(Dword lun, Dword tag, Dword length, Byte *value)
{
    char name[32];
    sprintf(name, "attribute-%08lX", tag);
    if (!is_set(lun, name))
        return BEHIND(IFDHSetCapabilities)(lun, tag, length, value);
    return replace(lun, name, value, length);
}

Result IFDHSetProtocolParameters(Dword lun, Dword protocol, Byte flags, Byte pts1, Byte pts2, Byte pts3)
{
    return BEHIND(IFDHSetProtocolParameters)(lun, protocol, flags, pts1, pts2, pts3);
}

Result IFDHPowerICC(Dword lun, Dword action, Byte *atr, Dword *length)
{
    if (action != POWER_DOWN && is_set(lun, "mute")) {
        *length = 0;
        return POWER_FAILURE;
    }
    return BEHIND(IFDHPowerICC)(lun, action, atr, length);
}

Result IFDHTransmitToICC(Dword lun, Header sent, Byte *command, Dword command_length, Byte *answer, Dword *length,
                         Header *received)
{
    return BEHIND(IFDHTransmitToICC)(lun, sent, command, command_length, answer, length, received);
}

Result IFDHControl(Dword lun, Dword code, Byte *input, Dword input_length, Byte *output, Dword room, Dword *length)
{
    char name[32];
    FILE *answer;
    Result result;
    if (code == ECHO) {
        *length = 0;
        if (input_length > room)
            return INSUFFICIENT_BUFFER;
        memcpy(output, input, input_length);
        *length = input_length;
        return SUCCESS;
    }
    sprintf(name, "control-%08lX", code);
    answer = file(lun, name);
    if (!answer)
        return BEHIND(IFDHControl)(lun, code, input, input_length, output, room, length);
    result = read_whole(answer, output, room, length);
    fclose(answer);
    return result;
}

Result IFDHICCPresence(Dword lun)
{
    return is_set(lun, "unavailable") ? COMMUNICATION_ERROR : BEHIND(IFDHICCPresence)(lun);
}
