/*
 * The headers that bindgen reads, and what some of them leave out.
 *
 * After the platform's own headers come the names that every platform is to have and that
 * only some headers define. A name stands here once; the platform's own value wins.
 */
#ifdef _WIN32
#include <winscard.h>
#include <winerror.h>

/*
 * Exported by winscard.dll, missing from mingw-w64's header. The signatures are those of
 * Microsoft's reference (learn.microsoft.com/windows/win32/api/winscard); the three
 * without a page there take nothing, as their use by Windows' own components shows.
 */
LONG WINAPI SCardAudit(SCARDCONTEXT hContext, DWORD dwEvent);
LONG WINAPI SCardGetDeviceTypeIdA(SCARDCONTEXT hContext, LPCSTR szReaderName, LPDWORD pdwDeviceTypeId);
LONG WINAPI SCardGetDeviceTypeIdW(SCARDCONTEXT hContext, LPCWSTR szReaderName, LPDWORD pdwDeviceTypeId);
LONG WINAPI SCardGetReaderDeviceInstanceIdA(SCARDCONTEXT hContext, LPCSTR szReaderName, LPSTR szDeviceInstanceId, LPDWORD pcchDeviceInstanceId);
LONG WINAPI SCardGetReaderDeviceInstanceIdW(SCARDCONTEXT hContext, LPCWSTR szReaderName, LPWSTR szDeviceInstanceId, LPDWORD pcchDeviceInstanceId);
LONG WINAPI SCardGetReaderIconA(SCARDCONTEXT hContext, LPCSTR szReaderName, LPBYTE pbIcon, LPDWORD pcbIcon);
LONG WINAPI SCardGetReaderIconW(SCARDCONTEXT hContext, LPCWSTR szReaderName, LPBYTE pbIcon, LPDWORD pcbIcon);
LONG WINAPI SCardListReadersWithDeviceInstanceIdA(SCARDCONTEXT hContext, LPCSTR szDeviceInstanceId, LPSTR mszReaders, LPDWORD pcchReaders);
LONG WINAPI SCardListReadersWithDeviceInstanceIdW(SCARDCONTEXT hContext, LPCWSTR szDeviceInstanceId, LPWSTR mszReaders, LPDWORD pcchReaders);
HANDLE WINAPI SCardAccessNewReaderEvent(void);
void WINAPI SCardReleaseAllEvents(void);
void WINAPI SCardReleaseNewReaderEvent(void);
#define SCARD_AUDIT_CHV_FAILURE 0x0
#define SCARD_AUDIT_CHV_SUCCESS 0x1
#define SCARD_READER_TYPE_SERIAL 0x01
#define SCARD_READER_TYPE_PARALELL 0x02
#define SCARD_READER_TYPE_KEYBOARD 0x04
#define SCARD_READER_TYPE_SCSI 0x08
#define SCARD_READER_TYPE_IDE 0x10
#define SCARD_READER_TYPE_USB 0x20
#define SCARD_READER_TYPE_PCMCIA 0x40
#define SCARD_READER_TYPE_TPM 0x80
#define SCARD_READER_TYPE_NFC 0x100
#define SCARD_READER_TYPE_UICC 0x200
#define SCARD_READER_TYPE_NGC 0x400
#define SCARD_READER_TYPE_EMBEDDEDSE 0x800
#define SCARD_READER_TYPE_VENDOR 0xF0
#define ATR_BUFFER_SIZE 36
#else
#include <winscard.h>
#include <reader.h>
typedef SCARD_READERSTATE SCARD_READERSTATEA;
#define ATR_BUFFER_SIZE MAX_ATR_SIZE
#endif

#ifndef MAX_ATR_SIZE
#define MAX_ATR_SIZE 33
#endif
#ifndef MAX_READERNAME
#define MAX_READERNAME 128
#endif
#ifndef MAX_BUFFER_SIZE
#define MAX_BUFFER_SIZE 264
#endif
#ifndef MAX_BUFFER_SIZE_EXTENDED
#define MAX_BUFFER_SIZE_EXTENDED (4 + 3 + (1 << 16) + 3 + 2)
#endif
#ifndef INFINITE
#define INFINITE 0xFFFFFFFF
#endif
#ifndef SCARD_SCOPE_GLOBAL
#define SCARD_SCOPE_GLOBAL 0x0003
#endif
#ifndef SCARD_PROTOCOL_UNSET
#define SCARD_PROTOCOL_UNSET SCARD_PROTOCOL_UNDEFINED
#endif
#ifndef SCARD_PROTOCOL_T15
#define SCARD_PROTOCOL_T15 0x0008
#endif
#ifndef SCARD_PROTOCOL_ANY
#define SCARD_PROTOCOL_ANY (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
#endif
#ifndef SCARD_ATTR_ASYNC_PROTOCOL_TYPES
#define SCARD_ATTR_ASYNC_PROTOCOL_TYPES SCARD_ATTR_VALUE(SCARD_CLASS_PROTOCOL, 0x0120)
#endif
#ifndef SCARD_ATTR_SYNC_PROTOCOL_TYPES
#define SCARD_ATTR_SYNC_PROTOCOL_TYPES SCARD_ATTR_VALUE(SCARD_CLASS_PROTOCOL, 0x0126)
#endif
#ifndef SCARD_E_PIN_CACHE_EXPIRED
#define SCARD_E_PIN_CACHE_EXPIRED ((LONG)0x80100032)
#endif
#ifndef SCARD_E_NO_PIN_CACHE
#define SCARD_E_NO_PIN_CACHE ((LONG)0x80100033)
#endif
#ifndef SCARD_E_READ_ONLY_CARD
#define SCARD_E_READ_ONLY_CARD ((LONG)0x80100034)
#endif
#ifndef SCARD_W_CACHE_ITEM_NOT_FOUND
#define SCARD_W_CACHE_ITEM_NOT_FOUND ((LONG)0x80100070)
#endif
#ifndef SCARD_W_CACHE_ITEM_STALE
#define SCARD_W_CACHE_ITEM_STALE ((LONG)0x80100071)
#endif
#ifndef SCARD_W_CACHE_ITEM_TOO_BIG
#define SCARD_W_CACHE_ITEM_TOO_BIG ((LONG)0x80100072)
#endif
