/* Compares what C and Rust say of each item; statements.h is what the program over the crate prints. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "wrapper.h"

#define INTEGERS default: "record", signed char: "signed", short: "signed", int: "signed", long: "signed", \
    long long: "signed", char: "signed", unsigned char: "unsigned", unsigned short: "unsigned", \
    unsigned: "unsigned", unsigned long: "unsigned", unsigned long long: "unsigned"
/* 5 is GCC's number of the class of pointers, to which an array is converted, but not as an operand of typeof. */
#define KIND(x) \
    (__builtin_classify_type(x) != 5 ? _Generic((x), INTEGERS) \
     : __builtin_types_compatible_p(__typeof__(x), __typeof__(((void)0, (x)))) ? "pointer" : "array")

static _Alignas(16) char zero[65536];
static int differences;

static void same(const char *what, unsigned long long c, unsigned long long rust)
{
    if (c != rust) {
        printf("%s: %#llx in C, %#llx in Rust\n", what, c, rust);
        differences = 1;
    }
}

static void same_kind(const char *what, const char *c, const char *rust)
{
    if (strcmp(c, rust) != 0) {
        printf("%s: %s in C, %s in Rust\n", what, c, rust);
        differences = 1;
    }
}

#define TYPE(T, size, align, kind) \
    same(#T ": size", sizeof(T), size), same(#T ": alignment", _Alignof(T), align), \
    same_kind(#T, KIND(*(T *)&zero), #kind);
#define OFFSET(S, f, offset) same(#S "." #f ": offset", offsetof(S, f), offset);
#define FIELD(S, f, size, kind) \
    same(#S "." #f ": size", sizeof(((S *)&zero)->f), size), same_kind(#S "." #f, KIND(((S *)&zero)->f), #kind);
#define NUMBER(T, x, value) same(#x, (unsigned long long)(T)(x), value);
#define CONSTANT(T, x, value) \
    same(#x, (unsigned long long)(T)(x), value); \
    _Static_assert((T)(x) == (x), #x " does not fit into " #T);
#define REQUEST(x, protocol, length) \
    same(#x ": protocol", (x).dwProtocol, protocol), same(#x ": length", (x).cbPciLength, length);

int main(void)
{
#include "statements.h"
    return differences;
}
