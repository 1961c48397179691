/*
 * JavaCPP's generator makes the functions of NativeCalls and expects those of its own classes beside them. These are in
 * JavaCPP's own library already, which Java loads first.
 */
#include <jni.h>

extern "C" {

jint JNI_OnLoad_jnijavacpp(JavaVM *, void *) { return JNI_VERSION_1_6; }

void JNI_OnUnload_jnijavacpp(JavaVM *, void *) {}
}
